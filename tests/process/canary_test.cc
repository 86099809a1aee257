// No byte of what a worker types lies anywhere in clear: a distinct marker in every text field of every
// record type (found by walking the register, so that a new type or field is covered), saved through the
// client, synced, read on another tablet; then every file of both tablets and of the base, all logs and all
// command lines are searched for each marker as UTF-8, UTF-16 in both orders, hex in both cases and base64 in its three
// alignments. So are backups, the environment and the shell history of who typed, what the programs say of errors, and
// everything that a partner, an admin and a colleague of another area are answered and have on their disks.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "core/records/registry.h"
#include "core/records/validation.h"
#include "gtest/gtest.h"
#include "opgang/device.h"
#include "tests/process/support/base_process.h"
#include "tests/process/support/tablet.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kShortestMarker = 8;  // below that, chance alone finds it in sealed bytes

// "k", "ab": a word of letters for a number, the same length for all.
std::string Letters(int number) {
  std::string word;
  for (int i = 0; i < 3; ++i, number /= 20) word += "bcdfghjklmnpqrstvwxz"[number % 20];
  return word;
}

// What a field might accept, freest form first. Floors, doors, house numbers and postcodes accept none of
// these: they are too short to be told from noise, and are listed by the test below.
std::vector<std::string> Candidates(int number) {
  const std::string digits = std::to_string(1000 + number);
  return {"Zq" + Letters(number) + "kanari", "zq-" + Letters(number) + "kanar", "2837" + digits,
          "c0ffee00-dead-4bee-8f00-00000000" + digits};
}

bool IsText(const FieldDescriptor& field) { return field.type() == FieldDescriptor::TYPE_STRING; }

struct Marked {
  std::unique_ptr<Message> record;
  std::map<std::string, std::string> markers;  // "citizen.name" -> marker
  std::set<std::string> unmarked;              // fields that accept no marker
};

// A sound record with a marker in every text field that takes one.
Marked MarkedRecord(const RecordTypeInfo& info, int& number) {
  Marked marked;
  marked.record = SoundRecord(info.type);
  if (marked.record == nullptr) return marked;
  const auto* reflection = marked.record->GetReflection();
  for (int i = 0; i < info.prototype->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *info.prototype->GetDescriptor()->field(i);
    if (!IsText(field)) continue;
    const std::string name = std::string(info.name) + "." + field.name();
    const std::string before = reflection->GetString(*marked.record, &field);
    for (const std::string& candidate : Candidates(++number)) {
      reflection->SetString(marked.record.get(), &field, candidate);
      if (!Validate(*marked.record)) {
        marked.markers[name] = candidate;
        break;
      }
    }
    if (marked.markers.contains(name)) continue;
    reflection->SetString(marked.record.get(), &field, before);
    marked.unmarked.insert(name);
  }
  return marked;
}

void SetId(Message& record, const std::string& field_name, RecordId id) {
  const FieldDescriptor* field = record.GetDescriptor()->FindFieldByName(field_name);
  if (field != nullptr && !id.empty()) record.GetReflection()->SetString(&record, field, id.ToBytes());
}

std::string Utf16LittleEndian(const std::string& text) {
  std::string wide;
  for (const char c : text) wide += std::string(1, c) + '\0';
  return wide;
}

std::string Utf16BigEndian(const std::string& text) {
  std::string wide;
  for (const char c : text) wide += '\0' + std::string(1, c);
  return wide;
}

// The part of a base64 text that stands for `text` alone, for each of the three places where it may begin.
std::vector<std::string> Base64Cores(const std::string& text) {
  std::vector<std::string> cores;
  for (size_t lead = 0; lead < 3; ++lead) {
    const std::string coded = absl::Base64Escape(std::string(lead, 'x') + text);
    const size_t begin = lead == 0 ? 0 : 4;
    const size_t end = (lead + text.size()) / 3 * 4;
    cores.push_back(coded.substr(begin, end - begin));
  }
  return cores;
}

std::vector<std::string> FormsOf(const std::string& marker) {
  std::vector<std::string> forms = {marker, Utf16LittleEndian(marker), Utf16BigEndian(marker),
                                    absl::BytesToHexString(marker),
                                    absl::AsciiStrToUpper(absl::BytesToHexString(marker))};
  for (std::string& core : Base64Cores(marker)) forms.push_back(std::move(core));
  return forms;
}

bool Holds(const std::string& bytes, const std::string& marker) {
  const std::vector<std::string> forms = FormsOf(marker);
  return std::any_of(forms.begin(), forms.end(),
                     [&](const std::string& form) { return bytes.find(form) != std::string::npos; });
}

class CanaryTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.Start(
        {{"TMPDIR", scratch_.path().string()}, {"GRPC_VERBOSITY", "debug"}, {"GRPC_TRACE", "http,api"}});
    base_.ImportOneEntrance();
    tablet_.Join(base_, "amal", "tablet-1", "health");
    planner_.Join(base_, "karen", "tablet-3", "coordinator");
  }

  // Every record type that somebody of this role may write, and that is in the directory or not, through the client's own
  // library, as an app would.
  void SaveOneOfEach(const Tablet& tablet, Role role, bool directory) {
    DeviceOptions options;
    options.home = tablet.home();
    const Device device(options);
    auto store = device.OpenStore();
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Unlock("stairwell-and-rising").ok());
    Bundle bundle;
    RecordId entrance, citizen;
    for (const RecordTypeInfo& info : AllRecordTypes()) {
      if (!MayWrite(role, info) || (info.scope_kind == v1::SCOPE_KIND_DIRECTORY) != directory) continue;
      Marked marked = MarkedRecord(info, number_);
      ASSERT_NE(marked.record, nullptr) << "sound_records.h knows no " << info.name;
      SetId(*marked.record, "entrance_id", entrance);
      SetId(*marked.record, "citizen_id", citizen);
      const RecordId id = bundle.Create(*marked.record);
      if (info.type == RecordType::kEntrance) entrance = id;
      if (info.type == RecordType::kCitizen) citizen = id;
      markers_.merge(marked.markers);
      unmarked_.merge(marked.unmarked);
    }
    const auto saved = (*store)->Save(bundle);
    ASSERT_TRUE(saved.ok()) << saved.status();
  }

  // The same through the program: what is typed comes on stdin.
  void SaveThroughTheProgram() {
    const std::string name = "Zqprogramkanari";
    markers_["program.name"] = name;
    markers_["program.note"] = "Zqnoteskanari";
    tablet_.Save({"inquiry", "--door", "1tv"}, {{"citizen", {{"name", name}, {"telephone", "28379999"}}},
                                                {"inquiry", {{"note", "Zqnoteskanari"}}},
                                                {"consent", Json::object()}});
    const std::string handle = tablet_.Find(name);
    tablet_.RunJson({"show", handle});
    tablet_.Run({"due"});
  }

  // Files in which a marker was found: "file: field".
  std::set<std::string> FoundInFiles() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_.path())) {
      if (!entry.is_regular_file()) continue;
      const std::string bytes = ReadFile(entry.path());
      for (const auto& [field, marker] : markers_) {
        if (Holds(bytes, marker)) found.insert(entry.path().string() + ": " + field);
      }
    }
    return found;
  }

  std::set<std::string> FoundIn(const std::string& text) const {
    std::set<std::string> found;
    for (const auto& [field, marker] : markers_) {
      if (Holds(text, marker)) found.insert(field);
    }
    return found;
  }

  // What somebody is told by every verb that shows or asks something.
  static std::string Answers(const Tablet& tablet, const std::string& searched) {
    std::string all;
    for (const std::vector<std::string>& words : {std::vector<std::string>{"sync"},
                                                  {"due"},
                                                  {"board"},
                                                  {"status"},
                                                  {"outbox"},
                                                  {"conflicts"},
                                                  {"groups"},
                                                  {"find"},
                                                  {"admin", "staff"},
                                                  {"admin", "devices"},
                                                  {"report", "response-time"},
                                                  {"show", "zzz"},
                                                  {"admin", "erase", "zzz"},
                                                  {"sync", "--explain"}}) {
      for (const char* form : {"", "--json"}) {
        std::vector<std::string> asked = words;
        if (*form != 0) asked.push_back(form);
        const Outcome outcome = tablet.Run(asked, words[0] == "find" ? searched + "\n" : "");
        all += outcome.out + outcome.Words();
      }
    }
    return all;
  }

  ScratchDirectory scratch_;
  BaseProcess base_{scratch_ / "base"};
  Tablet tablet_{scratch_ / "tablet"};
  Tablet planner_{scratch_ / "planner"};
  Tablet reader_{scratch_ / "reader"};
  int number_ = 0;  // of markers
  std::map<std::string, std::string> markers_;
  std::set<std::string> unmarked_;
};

TEST(CanarySearchTest, FindsAMarkerInEveryForm) {
  const std::string marker = "Zqbcdkanari";
  const std::string hex = absl::BytesToHexString(marker);
  for (const std::string& text :
       {marker, Utf16LittleEndian(marker), Utf16BigEndian(marker), hex, absl::AsciiStrToUpper(hex),
        absl::Base64Escape(marker), absl::Base64Escape("a" + marker + "z"), absl::Base64Escape("ab" + marker),
        absl::Base64Escape(std::string("\xFF\0\x80", 3) + marker + "tail")}) {
    EXPECT_TRUE(Holds(std::string("\0before", 7) + text + "after", marker)) << text;
  }
  EXPECT_FALSE(Holds("Zqbcekanari", marker));
}

TEST_F(CanaryTest, SavedSyncedAndReadElsewhereNoTextFieldIsInClearInAnyFileLogOrCommandLine) {
  SaveOneOfEach(tablet_, Role::kHealth, /*directory=*/false);
  SaveOneOfEach(planner_, Role::kCoordinator, /*directory=*/true);
  SaveThroughTheProgram();
  for (const auto& [field, marker] : markers_) EXPECT_GE(marker.size(), kShortestMarker) << field;
  const std::set<std::string> too_short = {"citizen.door",   "citizen.floor",   "dwelling.door",
                                           "dwelling.floor", "entrance.number", "entrance.postcode",
                                           "visit.door",     "visit.floor"};
  EXPECT_EQ(unmarked_, too_short) << "a field that takes no marker must be too short to mark";
  EXPECT_EQ(FoundInFiles(), std::set<std::string>()) << "before the sync";

  tablet_.Sync();
  planner_.Sync();
  reader_.Join(base_, "bodil", "tablet-2", "health");
  const std::string seen = reader_.Run({"show", reader_.Find(markers_["citizen.name"]), "--json"}).out +
                           reader_.Run({"show", reader_.Find("Zqprogramkanari"), "--json"}).out;
  for (const char* field :
       {"citizen.name", "citizen.note", "inquiry.referrer", "clinical-intake.note", "program.note"}) {
    EXPECT_NE(seen.find(markers_[field]), std::string::npos)
        << field << " must have arrived to be found anywhere";
  }
  EXPECT_EQ(FoundInFiles(), std::set<std::string>()) << "while everything runs";

  tablet_.Run({"lock"});
  base_.Stop();
  EXPECT_EQ(FoundInFiles(), std::set<std::string>()) << "at rest";
  EXPECT_EQ(FoundIn(base_.log()), std::set<std::string>());
  std::string lines;
  for (const std::string& line : SeenCommandLines()) lines += line + "\n";
  EXPECT_NE(lines.find("bin/opgang "), std::string::npos) << "command lines were seen";
  EXPECT_EQ(FoundIn(lines), std::set<std::string>());

  for (const char* variable : {"HISTFILE", "HOME"}) {
    const char* const value = std::getenv(variable);
    const std::filesystem::path history = value == nullptr ? ""
                                          : variable == std::string("HOME")
                                              ? std::string(value) + "/.bash_history"
                                              : value;
    if (history.empty() || !std::filesystem::exists(history)) continue;
    EXPECT_EQ(FoundIn(ReadFile(history)), std::set<std::string>());
  }

  WriteFile(scratch_ / "tablet/planted", markers_["citizen.note"]);
  EXPECT_EQ(FoundInFiles().size(), 1U) << "the search finds what is planted";
}

// Of what health and outreach typed in one area, nobody else hears a word: not who refers there, not who administers, not a
// colleague of the next area; nor do their disks and logs hold any.
TEST_F(CanaryTest, NoAnswerToAnotherRoleOrAreaAndNoBackupHoldsAWordOfIt) {
  SaveOneOfEach(tablet_, Role::kHealth, /*directory=*/false);
  SaveThroughTheProgram();
  tablet_.Sync();
  // What a partner may read are entrances and doors, and what is in the directory.
  std::erase_if(markers_, [](const auto& marked) {
    return marked.first.starts_with("entrance.") || marked.first.starts_with("dwelling.");
  });
  Tablet partner(scratch_ / "partner"), admin(scratch_ / "admin"), neighbour(scratch_ / "neighbour");
  ASSERT_EQ(partner.Enroll(base_.Invite("pia", "tablet-5", "partner")).exit_code, 0);
  ASSERT_EQ(admin.Enroll(base_.Invite("eva", "tablet-6", "admin")).exit_code, 0);
  const Json invited =
      base_.AdminJson({"invite", "--staff", "nina", "--device", "tablet-7", "--role", "outreach", "--area",
                       "Nabolund", "--out", (scratch_ / "nina").string()});
  ASSERT_EQ(neighbour.Enroll({scratch_ / "nina", invited["code"]}).exit_code, 0);
  for (const Tablet* other : {&partner, &admin, &neighbour}) {
    const std::string told = Answers(*other, markers_["citizen.name"]);
    EXPECT_GT(told.size(), 500U);
    EXPECT_EQ(FoundIn(told), std::set<std::string>()) << other->home();
  }
  EXPECT_NE(Answers(planner_, markers_["citizen.name"]).find(markers_["citizen.name"]), std::string::npos)
      << "a coordinator of the area is told";
  const std::string key = (scratch_ / "key").string();
  ASSERT_EQ(base_.Admin({"backup", "key", "--out", key}).exit_code, 0);
  ASSERT_EQ(base_.Admin({"backup", "seal-to", key + ".pub", "--actor", "karen"}).exit_code, 0);
  ASSERT_EQ(base_.Admin({"backup", "--to", (scratch_ / "backup").string()}).exit_code, 0);
  EXPECT_GT(std::filesystem::file_size(scratch_ / "backup"), 1000U);
  EXPECT_EQ(FoundInFiles(), std::set<std::string>());
  base_.Stop();
  EXPECT_EQ(FoundIn(base_.log()), std::set<std::string>());
}

}  // namespace
}  // namespace opgang
