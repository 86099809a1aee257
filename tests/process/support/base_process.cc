#include "tests/process/support/base_process.h"

#include <signal.h>

#include <utility>

#include "gtest/gtest.h"

namespace opgang {
namespace {

constexpr char kOneEntrance[] =
    "street;number;floor;door;postcode;town;organisation;area\n"
    "Humlebakken;20B;st;tv;9220;Aalborg Øst;Plus Bolig;Testby\n"
    "Humlebakken;20B;st;th;9220;Aalborg Øst;Plus Bolig;Testby\n"
    "Humlebakken;20B;1;tv;9220;Aalborg Øst;Plus Bolig;Testby\n"
    "Humlebakken;20B;1;th;9220;Aalborg Øst;Plus Bolig;Testby\n";

}  // namespace

BaseProcess::BaseProcess(std::filesystem::path directory) : directory_(std::move(directory)) {}

BaseProcess::~BaseProcess() = default;

Command BaseProcess::CommandOf(const std::vector<std::string>& words, const Environment& environment) const {
  Command command;
  command.words = {OPGANGD_PROGRAM, "--data", directory_.string()};
  command.words.insert(command.words.end(), words.begin(), words.end());
  command.environment = environment;
  return command;
}

void BaseProcess::Start(const Environment& environment) {
  Command serve = CommandOf({"serve", "--listen", LoopbackAddress(port_)}, environment);
  serve.words.insert(serve.words.end(), serve_words_.begin(), serve_words_.end());
  // A test program that dies takes its base along.
  const std::vector<std::string> with_us = {"setpriv", "--pdeathsig", "KILL"};
  serve.words.insert(serve.words.begin(), with_us.begin(), with_us.end());
  serving_ = std::make_unique<Process>(serve);
  const auto line = serving_->WaitForLine("ready on port ");
  ASSERT_TRUE(line.has_value()) << serving_->Out() << serving_->Err();
  port_ = std::stoi(line->substr(line->find("port ") + 5));
}

void BaseProcess::Note(const Outcome& outcome) {
  log_ += outcome.out + outcome.err;
  serving_.reset();
}

Outcome BaseProcess::Stop() {
  serving_->Signal(SIGTERM);
  return Reap();
}

Outcome BaseProcess::Reap() {
  const Outcome outcome = serving_->Wait();
  Note(outcome);
  return outcome;
}

void BaseProcess::Kill() {
  serving_->Signal(SIGKILL);
  Note(serving_->Wait());
}

Outcome BaseProcess::Admin(const std::vector<std::string>& words, const Environment& environment) const {
  return RunCommand(CommandOf(words, environment));
}

Json BaseProcess::AdminJson(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {"--json"};
  all.insert(all.end(), words.begin(), words.end());
  const Outcome outcome = Admin(all);
  EXPECT_EQ(outcome.exit_code, 0) << words[0] << ": " << outcome.Words();
  return outcome.json();
}

Invitation BaseProcess::Invite(const std::string& staff, const std::string& device, const std::string& role,
                               const std::string& address) const {
  Invitation invitation;
  invitation.file = directory_.string() + "-" + staff + "-" + device + ".invitation";
  std::vector<std::string> words = {"invite",
                                    "--staff",
                                    staff,
                                    "--device",
                                    device,
                                    "--role",
                                    role,
                                    "--area",
                                    kArea,
                                    "--out",
                                    invitation.file.string()};
  if (!address.empty()) words.insert(words.end(), {"--address", address});
  const Json told = AdminJson(words);
  invitation.code = told.value("code", "");
  return invitation;
}

void BaseProcess::ImportOneEntrance() const {
  const std::filesystem::path csv = directory_.string() + "-one-entrance.csv";
  WriteFile(csv, kOneEntrance);
  ImportFile(csv);
}

void BaseProcess::ImportFile(const std::filesystem::path& csv) const {
  const std::string mapping = std::string(OPGANG_SOURCE_DIR) + "/examples/mappings/plain.toml";
  AdminJson({"import", "dwellings", csv.string(), "--mapping", mapping, "--area", kArea});
}

std::string LoopbackAddress(int port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace opgang
