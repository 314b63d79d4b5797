// The setting of flash attention as llama.cpp takes it.
#pragma once

#include <string>

#include "llama.h"

namespace tacho::engine {

/// `when` is auto, on or off.
inline llama_flash_attn_type flash_attention(const std::string& when) {
  if (when == "on") return LLAMA_FLASH_ATTN_TYPE_ENABLED;
  return when == "off" ? LLAMA_FLASH_ATTN_TYPE_DISABLED : LLAMA_FLASH_ATTN_TYPE_AUTO;
}

}  // namespace tacho::engine
