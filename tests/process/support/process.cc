#include "tests/process/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr std::chrono::minutes kLongestRun{2};

std::vector<std::string>& CommandLines() {
  static auto* lines = new std::vector<std::string>;
  return *lines;
}

int MemoryFile(const std::string& content) {
  const int fd = memfd_create("opgang-test", MFD_CLOEXEC);
  EXPECT_GE(fd, 0);
  for (size_t done = 0; done < content.size();) {
    const ssize_t n = write(fd, content.data() + done, content.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string ContentOf(int fd) {
  std::string content;
  char part[64 * 1024];
  for (off_t at = 0;;) {
    const ssize_t n = pread(fd, part, sizeof part, at);
    if (n <= 0) return content;
    content.append(part, static_cast<size_t>(n));
    at += n;
  }
}

// The pointers that exec wants; the strings must outlive them.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWords(const Environment& own) {
  Environment all = BareEnvironment();
  for (const auto& [name, value] : own) all[name] = value;
  std::vector<std::string> words;
  for (const auto& [name, value] : all) words.push_back(name + "=" + value);
  return words;
}

// posix_spawn returns after the exec: what /proc shows now is the program's.
void NoteCommandLine(pid_t pid) {
  std::string line = ReadFile("/proc/" + std::to_string(pid) + "/cmdline");
  std::replace(line.begin(), line.end(), '\0', ' ');
  CommandLines().push_back(line);
}

std::string FaketimeLibrary() {
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
    const auto file = entry.path() / "faketime/libfaketime.so.1";
    if (std::filesystem::exists(file)) return file;
  }
  ADD_FAILURE() << "Debian's faketime is not installed";
  return {};
}

}  // namespace

std::string Outcome::Words() const {
  return "exit " + std::to_string(exit_code) + ", signal " + std::to_string(signal) + "\nstdout: " + out +
         "\nstderr: " + err;
}

Process::Process(const Command& command) : out_(MemoryFile("")), err_(MemoryFile("")) {
  const int input = MemoryFile(command.input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out_, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err_, STDERR_FILENO);
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = EnvironmentWords(command.environment);
  const int error = posix_spawnp(&pid_, words[0].c_str(), &actions, nullptr, Pointers(words).data(),
                                 Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  close(input);
  if (error != 0) {
    ADD_FAILURE() << words[0] << " cannot be started: error " << error;
    pid_ = -1;
    outcome_ = Outcome();
    return;
  }
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  NoteCommandLine(pid_);
}

Process::~Process() {
  if (!outcome_) {
    Signal(SIGKILL);
    Reap();
  }
  for (const int fd : {pidfd_, out_, err_}) {
    if (fd >= 0) close(fd);
  }
}

void Process::Signal(int number) const {
  if (!outcome_) kill(pid_, number);
}

void Process::Reap() {
  int status = 0;
  waitpid(pid_, &status, 0);
  Outcome outcome;
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  outcome.out = Out();
  outcome.err = Err();
  outcome_ = outcome;
}

std::optional<Outcome> Process::WaitFor(std::chrono::milliseconds patience) {
  if (outcome_) return outcome_;
  pollfd ended{pidfd_, POLLIN, 0};
  if (poll(&ended, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  Reap();
  return outcome_;
}

Outcome Process::Wait() {
  if (auto outcome = WaitFor(kLongestRun)) return *outcome;
  Signal(SIGKILL);
  Reap();
  return *outcome_;
}

std::optional<std::string> Process::WaitForLine(const std::string& words) {
  const auto deadline = std::chrono::steady_clock::now() + kLongestRun;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool ended = WaitFor(std::chrono::milliseconds(10)).has_value();
    const std::string out = Out();
    const size_t found = out.find(words);
    const size_t end = found == std::string::npos ? found : out.find('\n', found);
    if (end != std::string::npos) {
      const size_t begin = out.rfind('\n', found);
      return out.substr(begin == std::string::npos ? 0 : begin + 1, end - begin - 1);
    }
    if (ended) return std::nullopt;
  }
  return std::nullopt;
}

std::string Process::Out() const { return ContentOf(out_); }
std::string Process::Err() const { return ContentOf(err_); }

Outcome RunCommand(const Command& command) { return Process(command).Wait(); }

Environment BareEnvironment() {
  Environment environment = {
      {"PATH", "/usr/bin:/bin:/usr/sbin:/sbin"}, {"HOME", "/nonexistent"}, {"LANG", "C"}, {"TZ", "UTC"}};
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return environment;
}

const std::vector<std::string>& SeenCommandLines() { return CommandLines(); }

Environment WallClock(const std::string& when) {
  return {{"LD_PRELOAD", FaketimeLibrary()}, {"FAKETIME", when}, {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
}

Environment EveryClock(const std::string& when) {
  return {{"LD_PRELOAD", FaketimeLibrary()}, {"FAKETIME", when}, {"FAKETIME_DONT_FAKE_MONOTONIC", "0"}};
}

ScratchDirectory::ScratchDirectory() {
  char name[] = "/tmp/opgang-process-XXXXXX";
  path_ = mkdtemp(name);
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace opgang
