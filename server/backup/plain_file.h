// A file that is written or read in pieces, with errors in our language.
#ifndef OPGANG_SERVER_BACKUP_PLAIN_FILE_H_
#define OPGANG_SERVER_BACKUP_PLAIN_FILE_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace opgang {

// A new file (mode 0600) that goes again unless it was kept.
class NewFile {
 public:
  // kBadInput where something is there already.
  static absl::StatusOr<NewFile> Create(const std::filesystem::path& path);
  NewFile(NewFile&& other) noexcept;
  ~NewFile();  // removes it, unless Keep() went well

  absl::Status Write(std::string_view bytes);
  // Syncs file and directory: it stays.
  absl::Status Keep();

 private:
  NewFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_;  // -1: moved from
  bool kept_ = false;
};

class InputFile {
 public:
  static absl::StatusOr<InputFile> Open(const std::filesystem::path& path);
  InputFile(InputFile&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ~InputFile();

  // Up to `size` bytes; fewer only at the end of the file.
  absl::StatusOr<std::string> Read(size_t size);

 private:
  explicit InputFile(int fd) : fd_(fd) {}
  int fd_;
};

// Removes a file on every way out of a scope, with what SQLite may have left beside it.
class ScratchFile {
 public:
  explicit ScratchFile(std::filesystem::path path) : path_(std::move(path)) { Remove(); }
  ScratchFile(const ScratchFile&) = delete;
  ~ScratchFile() { Remove(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  void Remove();
  const std::filesystem::path path_;
};

}  // namespace opgang

#endif  // OPGANG_SERVER_BACKUP_PLAIN_FILE_H_
