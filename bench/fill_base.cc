// Fills a base's directory with made-up people and their courses, through the committer that serves devices: sealed,
// merged, checked, with feed and log. For measuring reports and growth (scripts/bench-reports); beside a base that is
// stopped. A seed is a base.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "bench/danish_records.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "server/engine/base_author.h"
#include "server/engine/committer.h"
#include "server/identity/key_store.h"
#include "server/store/sqlite_base_store.h"

namespace opgang::bench {
namespace {

constexpr size_t kGroup = 500;  // submissions in a commit
constexpr int kAreas = 8;
constexpr int kMostMeetings = 8;

[[noreturn]] void Die(const std::string& what) {
  std::cerr << "fill_base: " << what << '\n';
  std::exit(1);
}
void Must(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}
template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Die(value.status().ToString());
  return *std::move(value);
}

v1::StatedTime On(absl::CivilDay day) {
  v1::StatedTime time;
  *time.mutable_date() = ToProto(day);
  return time;
}

class Filler {
 public:
  Filler(const std::filesystem::path& directory, uint32_t seed) : random_(seed) {
    const BaseKeys keys = Must(LoadOrCreateBaseKeys(directory, {"localhost"}, SystemRandom()));
    store_ = Must(OpenSqliteBaseStore({.file = directory / "base.db", .storage_key = keys.storage_key}));
    committer_ = std::make_unique<Committer>(*store_);
    const ReplicaId own = BaseAuthor::ReplicaOf(store_->epoch());
    author_ = std::make_unique<BaseAuthor>(store_->epoch(), Must(store_->NextSeq(own)), SystemClock(),
                                           SystemRandom());
    for (int i = 0; i < kAreas; ++i) {
      areas_.push_back(AreaId::Make(SystemClock().WallNow(), SystemRandom()));
      Must(store_->PutArea({areas_.back(), "Area " + std::to_string(i + 1)}));
    }
  }

  // One citizen with a case, a course and `records` records in all, asked on some day of the last two years.
  void AddPerson(const Save& who, int records) {
    const AreaId area = areas_[random_() % areas_.size()];
    const absl::CivilDay asked = LocalDay(SystemClock().WallNow()) - static_cast<int>(random_() % 730);
    left_ = records;
    RecordId citizen;
    for (const Save::Part& part : who.parts) {
      if (part.about >= 0) SetCitizen(*part.content, citizen);
      if (auto* inquiry = dynamic_cast<v1::Inquiry*>(part.content.get()))
        *inquiry->mutable_asked() = On(asked);
      const RecordId id = Add(*part.content, area, citizen);
      if (part.about < 0) citizen = id;
    }
    AddCourse(citizen, area, asked);
  }

  void Flush() {
    if (group_.empty()) return;
    const CommitOutcome outcome = Must(committer_->Commit(group_));
    for (const auto& verdicts : outcome.verdicts) {
      if (!verdicts.at(0).has_applied()) Die("a record was refused: " + verdicts[0].ShortDebugString());
    }
    group_.clear();
  }
  uint64_t added() const { return added_; }

 private:
  // Nearly all take part, most in time; half quit, and half of those are rung half a year later.
  void AddCourse(RecordId citizen, AreaId area, absl::CivilDay asked) {
    const absl::CivilDay first = asked + static_cast<int>(random_() % 5);
    v1::Intake intake;
    intake.set_status(v1::INTAKE_STATUS_DRAFT);
    intake.set_programme(v1::PROGRAMME_KOM_OG_KVIT);
    AddAbout(intake, citizen, area);
    for (int week = 0; week < kMostMeetings && left_ > 3; ++week) {
      v1::Participation came;
      came.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
      came.set_place("Fælleshuset");
      *came.mutable_happened() = On(std::min(first + 7 * week, LocalDay(SystemClock().WallNow())));
      AddAbout(came, citizen, area);
    }
    v1::QuitDate quit;
    *quit.mutable_date() = ToProto(first + 14);
    const RecordId quit_date = AddAbout(quit, citizen, area);
    v1::CourseEnd end;
    end.set_status(random_() % 2 == 0 ? v1::COURSE_STATUS_SMOKE_FREE : v1::COURSE_STATUS_SMOKING);
    end.set_completed(v1::ANSWER_YES);
    *end.mutable_happened() = On(std::min(first + 56, LocalDay(SystemClock().WallNow())));
    AddAbout(end, citizen, area);
    v1::SixMonthStatus half_year;
    half_year.set_quit_date_id(quit_date.ToBytes());
    half_year.set_answer(v1::SIX_MONTH_ANSWER_SMOKING);
    *half_year.mutable_happened() = On(std::min(first + 196, LocalDay(SystemClock().WallNow())));
    AddAbout(half_year, citizen, area);
  }

  // While there are records left for this person.
  template <typename Message>
  RecordId AddAbout(Message& content, RecordId citizen, AreaId area) {
    if (left_ <= 0) return {};
    content.set_citizen_id(citizen.ToBytes());
    return Add(content, area, citizen);
  }

  // As a worker of the health role would have written it.
  RecordId Add(const google::protobuf::Message& content, AreaId area, RecordId citizen) {
    const RecordTypeInfo& info = RecordTypeOfMessage(content);
    const bool health = info.scope_kind == v1::SCOPE_KIND_AREA_HEALTH;
    RecordId id;
    Submission submission = author_->Create(content, health ? AreaHealthScope(area) : AreaScope(area), id);
    OpenedMutation& mutation = submission.mutations[0];
    mutation.envelope.set_subject_id((info.subject == SubjectRule::kSelf ? id : citizen).ToBytes());
    mutation.envelope_bytes = mutation.envelope.SerializeAsString();
    Author& author = OwnAuthor(submission);
    author.staff_code = "amal";
    author.role = Role::kHealth;
    group_.push_back(std::move(submission));
    ++added_;
    --left_;
    if (group_.size() >= kGroup) Flush();
    return id;
  }

  std::mt19937 random_;
  std::unique_ptr<BaseStore> store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<BaseAuthor> author_;
  std::vector<AreaId> areas_;
  std::vector<Submission> group_;
  uint64_t added_ = 0;
  int left_ = 0;
};

}  // namespace
}  // namespace opgang::bench

int main(int argc, char** argv) {
  using namespace opgang::bench;  // NOLINT(google-build-using-namespace): a program of one file
  CLI::App app("Fills a base with made-up people");
  std::string directory;
  int citizens = 0;
  int records = 10;
  uint32_t seed = 1;
  app.add_option("--data", directory, "the base's directory; made where it is missing")->required();
  app.add_option("--citizens", citizens)->required();
  app.add_option("--records-each", records);
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  std::filesystem::create_directories(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  const auto begun = std::chrono::steady_clock::now();
  Filler filler(directory, seed);
  // Every fourth record of the list begins a person: two of them are the citizen and the inquiry.
  int made = 0;
  for (Save& save : MakeSaves(citizens * 4, seed)) {
    if (save.parts.size() != 2 || made >= citizens) continue;
    filler.AddPerson(save, records);
    if (++made % 10000 == 0) std::cerr << made << " citizens\n";
  }
  filler.Flush();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::cout << nlohmann::json({{"citizens", made}, {"records", filler.added()}, {"seconds", seconds}}).dump()
            << '\n';
  return 0;
}
