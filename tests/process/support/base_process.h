// A base under test: opgangd serve on a free port of loopback, and its commands beside it.
#ifndef OPGANG_TESTS_PROCESS_SUPPORT_BASE_PROCESS_H_
#define OPGANG_TESTS_PROCESS_SUPPORT_BASE_PROCESS_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/process/support/process.h"

namespace opgang {

struct Invitation {
  std::filesystem::path file;
  std::string code;
};

class BaseProcess {
 public:
  // `directory` need not exist. Nothing runs until Start().
  explicit BaseProcess(std::filesystem::path directory);
  ~BaseProcess();

  // Serves; returns when devices can connect. A base that ran before keeps its port. Fails the test where it
  // does not come up.
  void Start(const Environment& environment = {});
  // SIGTERM and wait. What the log said is kept.
  Outcome Stop();
  // kill -9.
  void Kill();
  bool running() const { return serving_ != nullptr; }
  // Has it ended without being asked? Then Reap() says how; what the log said is kept.
  bool Died() { return serving_->WaitFor(std::chrono::milliseconds(0)).has_value(); }
  Outcome Reap();

  // "opgangd --data DIR words...".
  Outcome Admin(const std::vector<std::string>& words, const Environment& environment = {}) const;
  // The same with --json; fails the test where it fails.
  Json AdminJson(const std::vector<std::string>& words) const;

  // For `address` see opgangd invite; empty = the base's own.
  Invitation Invite(const std::string& staff, const std::string& device, const std::string& role = "outreach",
                    const std::string& address = "") const;
  // One entrance, Humlebakken 20B, with four doors.
  void ImportOneEntrance() const;
  void ImportFile(const std::filesystem::path& csv) const;

  // Further words for `opgangd serve`, from the next Start() on, instead of those that keep the limits on a device's pace out
  // of the way: tests sync more often than anybody.
  void ServeWith(const std::vector<std::string>& words) { serve_words_ = words; }
  // Instead of a free port; before the first Start().
  void ServeOnPort(int port) { port_ = port; }
  int port() const { return port_; }
  const std::filesystem::path& directory() const { return directory_; }
  // stdout and stderr of every process that served so far.
  const std::string& log() const { return log_; }

 private:
  Command CommandOf(const std::vector<std::string>& words, const Environment& environment) const;
  void Note(const Outcome& outcome);

  const std::filesystem::path directory_;
  std::unique_ptr<Process> serving_;
  int port_ = 0;
  std::vector<std::string> serve_words_ = {"--limit", "calls-per-minute=1000000"};
  std::string log_;
};

// "127.0.0.1:40123".
std::string LoopbackAddress(int port);

inline constexpr char kArea[] = "Testby";

}  // namespace opgang

#endif  // OPGANG_TESTS_PROCESS_SUPPORT_BASE_PROCESS_H_
