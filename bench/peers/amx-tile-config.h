/* Included before every source of the peers. GCC 12's _tile_loadconfig says that it reads 8 bytes of the 64 that
   ldtilecfg does; the compiler then drops the stores of the others, and llama.cpp ends with an illegal instruction on
   processors with AMX. */
#ifdef __AMX_TILE__
#include <immintrin.h>
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg %0" ::"m"(*(const char(*)[64])(config)))
#endif
