#include "tests/process/support/tablet.h"

#include <sys/stat.h>

#include <utility>

#include "gtest/gtest.h"

namespace opgang {
namespace {

// All that a handle can have: the one that is shown tells a record from today's others only, and the story goes on.
std::string LongestHandle(std::string id) {
  constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr int kChars = 12;
  constexpr size_t kLastHexDigits = 16;
  std::erase(id, '-');
  const uint64_t tail = std::stoull(id.substr(id.size() - kLastHexDigits), nullptr, 16);
  std::string handle;
  for (int shift = 5 * (kChars - 1); shift >= 0; shift -= 5) handle += kCrockford[(tail >> shift) & 31];
  return handle;
}

}  // namespace

Tablet::Tablet(std::filesystem::path home)
    : home_(std::move(home)), passphrase_file_(home_.string() + ".passphrase") {
  WriteFile(passphrase_file_, "stairwell-and-rising\n");
  chmod(passphrase_file_.c_str(), 0600);
}

Tablet::~Tablet() { Run({"lock"}); }

Command Tablet::CommandOf(const std::vector<std::string>& words, const std::string& input) const {
  Command command;
  command.words = {OPGANG_PROGRAM, "--home", home_.string()};
  command.words.insert(command.words.end(), words.begin(), words.end());
  command.environment = clocks_;
  command.environment["OPGANG_PASSPHRASE_FILE"] = passphrase_file_.string();
  command.input = input;
  return command;
}

Outcome Tablet::Run(const std::vector<std::string>& words, const std::string& input) const {
  return RunCommand(CommandOf(words, input));
}

Json Tablet::RunJson(const std::vector<std::string>& words, const std::string& input) const {
  std::vector<std::string> all = words;
  all.push_back("--json");
  const Outcome outcome = Run(all, input);
  EXPECT_EQ(outcome.exit_code, 0) << words[0] << ": " << outcome.Words();
  return outcome.json();
}

std::vector<std::string> Tablet::Save(const std::vector<std::string>& words, const Json& content) const {
  std::vector<std::string> all = words;
  all.push_back("--json-input");
  const Json saved = RunJson(all, content.dump());
  std::vector<std::string> ids;
  for (const Json& record : saved.value("records", Json::array())) ids.push_back(record.value("id", ""));
  return ids;
}

Outcome Tablet::Enroll(const Invitation& invitation) const {
  return Run({"enroll", invitation.file.string(), "--json"}, invitation.code + "\n");
}

void Tablet::Join(const BaseProcess& base, const std::string& staff, const std::string& device,
                  const std::string& role) {
  const Outcome enrolled = Enroll(base.Invite(staff, device, role));
  ASSERT_EQ(enrolled.exit_code, 0) << enrolled.Words();
  Sync();
  StandAtHumlebakken();
}

void Tablet::StandAtHumlebakken() const {
  const Outcome stands = Run({"at"}, "Humlebakken 20B\n");
  ASSERT_EQ(stands.exit_code, 0) << stands.Words();
}

void Tablet::Sync() const {
  const Outcome synced = Run({"sync", "--json"});
  ASSERT_EQ(synced.exit_code, 0) << synced.Words();
}

std::string Tablet::TakeInquiry(const std::string& name) const {
  Save({"inquiry", "--door", "1tv"},
       {{"citizen", {{"name", name}, {"telephone", "20304050"}}}, {"consent", Json::object()}});
  return Find(name);
}

std::string Tablet::Find(const std::string& name) const {
  const Json found = RunJson({"find"}, name + "\n");
  for (const Json& hit : found.value("hits", Json::array())) {
    if (hit.value("type", "") == "citizen") {
      const Json shown = RunJson({"show", hit.value("handle", "")});
      return LongestHandle(shown.at("record").at("id"));
    }
  }
  ADD_FAILURE() << "no citizen found: " << found.dump();
  return {};
}

std::multiset<std::string> Tablet::RecordsAbout(const std::string& citizen) const {
  std::multiset<std::string> ids;
  const Json shown = RunJson({"show", citizen});
  for (const Json& record : shown.value("about", Json::array())) ids.insert(record.value("id", ""));
  return ids;
}

std::multiset<std::string> Tablet::NotesAbout(const std::string& citizen) const {
  std::multiset<std::string> notes;
  const Json shown = RunJson({"show", citizen});
  for (const Json& record : shown.value("about", Json::array())) {
    if (record.value("type", "") == "contact") notes.insert(record["content"].value("note", ""));
  }
  return notes;
}

int Tablet::Unsent() const { return RunJson({"status"})["queue"].value("unsent", -1); }

}  // namespace opgang
