#include "CDrover.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

// CRC-32C (Castagnoli), RFC 3720 appendix B.4: reflected polynomial 0x82F63B78, inverted before and after.

// A nibble at a time: sixteen constants instead of a table that has to be built before its first use.
static uint32_t by_table(uint32_t crc, const uint8_t *bytes, size_t length) {
  static const uint32_t table[16] = {
      0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
      0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
  };
  for (size_t index = 0; index < length; index++) {
    crc ^= bytes[index];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return crc;
}

#if defined(__x86_64__)

static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t length) {
  uint64_t wide = crc;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = (uint32_t)wide;
  for (; length > 0; bytes++, length--) crc = _mm_crc32_u8(crc, *bytes);
  return crc;
}

#elif defined(__aarch64__)

static int has_instruction(void) { return (getauxval(AT_HWCAP) & (1 << 7)) != 0; }

__attribute__((target("crc"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t length) {
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = __crc32cd(crc, word);
  }
  for (; length > 0; bytes++, length--) crc = __crc32cb(crc, *bytes);
  return crc;
}

#else

static int has_instruction(void) { return 0; }

static uint32_t by_instruction(uint32_t crc, const uint8_t *bytes, size_t length) {
  return by_table(crc, bytes, length);
}

#endif

uint32_t drover_crc32c(uint32_t crc, const void *bytes, size_t length) {
  return ~(has_instruction() ? by_instruction(~crc, bytes, length) : by_table(~crc, bytes, length));
}

uint32_t drover_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
  return ~by_table(~crc, bytes, length);
}
