// Running the real programs: opgangd and opgang as they ship, each in a process of its own, with an
// environment that holds nothing of the machine's user. Output goes to memory files, so that no test leaves
// words on a disk.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_PROCESS_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_PROCESS_H_

#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace opgang {

using Json = nlohmann::json;
using Environment = std::map<std::string, std::string>;

struct Command {
  std::vector<std::string> words;  // program and arguments
  Environment environment;         // on top of BareEnvironment()
  std::string input;               // stdin; never a terminal
};

// How a process ended and what it said.
struct Outcome {
  int exit_code = -1;  // -1: ended by `signal`
  int signal = 0;
  std::string out;
  std::string err;
  // What "--json" printed; an empty object where `out` is no JSON document.
  Json json() const {
    const Json document = Json::parse(out, nullptr, /*allow_exceptions=*/false);
    return document.is_object() ? document : Json::object();
  }
  // What a failing test prints.
  std::string Words() const;
};

// A child of this process. Its destructor kills and reaps what still runs.
class Process {
 public:
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int number) const;
  // Until it has ended, at most for `patience`; nullopt where it still runs then.
  std::optional<Outcome> WaitFor(std::chrono::milliseconds patience);
  // Until it has ended; a process that does not end within two minutes is killed, and the test sees signal 9.
  Outcome Wait();
  // Until stdout holds a whole line with `words` in it, or the process ended: the line, or nullopt.
  std::optional<std::string> WaitForLine(const std::string& words);
  std::string Out() const;
  std::string Err() const;

 private:
  void Reap();

  pid_t pid_ = -1;
  int pidfd_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::optional<Outcome> outcome_;
};

Outcome RunCommand(const Command& command);

// PATH, a HOME that does not exist, LANG=C, TZ=UTC; what the sanitizers were told.
Environment BareEnvironment();

// What the machine could see of every process started so far: /proc/PID/cmdline, its zeros as spaces.
const std::vector<std::string>& SeenCommandLines();

// Debian's libfaketime in front of a program: its wall clock starts at `when`, "@2036-02-03 04:05:06" (UTC),
// or is moved by it, "+2d". The since-boot clock stays true, so that one boot stays one boot.
Environment WallClock(const std::string& when);
// The same, and the since-boot clock is moved to seconds since 1970: beside a process with the true one, and
// beside one with a later `when`, this looks like another boot.
Environment EveryClock(const std::string& when);

// A directory of its own, removed with everything in it. Short enough for a Unix socket's path.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string ReadFile(const std::filesystem::path& file);
void WriteFile(const std::filesystem::path& file, const std::string& bytes);

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_PROCESS_H_
