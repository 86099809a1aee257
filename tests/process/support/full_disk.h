// A disk that can be filled and emptied while programs run on it (full_disk.c).
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_FULL_DISK_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_FULL_DISK_H_

#include <filesystem>
#include <utility>

#include "tests/process/support/process.h"

namespace opgang {

class FullDisk {
 public:
  // `dial`: a file that is there while the disk is full.
  explicit FullDisk(std::filesystem::path dial) : dial_(std::move(dial)) {}

  // For the programs whose disk it is.
  Environment environment() const {
    return {{"LD_PRELOAD", OPGANG_FULL_DISK_LIBRARY}, {"OPGANG_TEST_DISK_FULL", dial_.string()}};
  }
  void Fill() const { WriteFile(dial_, "full"); }
  void Empty() const { std::filesystem::remove(dial_); }

 private:
  const std::filesystem::path dial_;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_FULL_DISK_H_
