# Run by CMake at the project() of llama.cpp. Two libraries get names of their own, as node-llama-cpp's prebuilt ones
# have, so that no other llama.cpp of the machine is taken for them. Deferred until there are targets; variables are
# read only then, so a loop's would be gone.
cmake_language(DEFER CALL set_target_properties llama PROPERTIES OUTPUT_NAME llama.${TACHO_VARIANT})
cmake_language(DEFER CALL set_target_properties ggml PROPERTIES OUTPUT_NAME ggml.${TACHO_VARIANT})
