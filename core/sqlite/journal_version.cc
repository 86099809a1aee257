#include "core/sqlite/journal_version.h"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace opgang::sqlite {
namespace {

constexpr size_t kHeaderBytes = 32;
constexpr size_t kFrameHeaderBytes = 24;
constexpr size_t kSaltAt = 16;      // of the log's header
constexpr size_t kFrameSaltAt = 8;  // of a frame's
constexpr size_t kSaltBytes = 8;
constexpr size_t kVersionAt = 60;  // of the first page

uint32_t BigEndian(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

bool Read(std::ifstream& in, size_t size, std::string& bytes) {
  bytes.resize(size);
  return static_cast<bool>(in.read(bytes.data(), static_cast<std::streamsize>(size)));
}

bool IsLog(std::string_view header) { return (BigEndian(header, 0) & ~1u) == 0x377f0682; }

bool IsPageSize(uint32_t size) { return size >= 512 && size <= 65536 && (size & (size - 1)) == 0; }

}  // namespace

int64_t VersionInJournal(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string header;
  if (!Read(in, kHeaderBytes, header) || !IsLog(header)) return 0;
  const uint32_t page_size = BigEndian(header, 8);
  if (!IsPageSize(page_size)) return 0;
  int64_t newest = 0;
  std::string frame;
  std::string page;
  while (Read(in, kFrameHeaderBytes, frame)) {
    const bool first_page = BigEndian(frame, 0) == 1;
    // Frames of a former round of the log bear other salts.
    const bool of_this_round = frame.compare(kFrameSaltAt, kSaltBytes, header, kSaltAt, kSaltBytes) == 0;
    if (!of_this_round) break;
    if (!first_page) {
      in.seekg(page_size, std::ios::cur);
      continue;
    }
    if (!Read(in, page_size, page)) break;
    newest = std::max<int64_t>(newest, BigEndian(page, kVersionAt));
  }
  return newest;
}

}  // namespace opgang::sqlite
