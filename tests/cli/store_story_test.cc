// The device and the base: enrolling, locking, syncing, what was refused, the board, the doctor. Exit codes
// are docs/errors.md.
#include <fstream>

#include "tests/cli/cli_test_base.h"

namespace opgang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

int Exit(ErrorCode code) { return static_cast<int>(code); }

class StoreStory : public CliTest {
 protected:
  std::string WriteFile(const std::string& name, const std::string& bytes, std::filesystem::perms mode) {
    std::filesystem::create_directories(home_.parent_path());
    const std::filesystem::path path = home_.parent_path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    std::filesystem::permissions(path, mode);
    return path.string();
  }
  static constexpr std::filesystem::perms kOwn =
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

  // The base refuses every visit with this disposition.
  void RefuseVisits(v1::Disposition disposition) {
    base_.refuse = [disposition](const v1::MutationEnvelope&,
                                 const google::protobuf::Message& content) -> std::optional<Refusal> {
      const auto* visit = dynamic_cast<const v1::Visit*>(&content);
      if (visit == nullptr || visit->disposition() != disposition) return std::nullopt;
      return Refusal{v1::REFUSAL_CODE_OUT_OF_RANGE, v1::Visit::kDispositionFieldNumber};
    };
  }
};

TEST_F(StoreStory, WithoutAStoreEveryCommandSaysSo) {
  for (const char* verb : {"status", "due", "sync", "board", "door", "outbox"}) {
    EXPECT_EQ(RunPiped({verb}).exit, Exit(ErrorCode::kNotEnrolled)) << verb;
  }
}

TEST_F(StoreStory, EnrollingAsksForCodeAndPassphraseAndTheStoreIsOpen) {
  const EnrollInput invitation = Invite("outreach");
  const std::string file = WriteFile("invitation", invitation.invitation_file, kOwn);
  const Ran wrong = RunPiped({"enroll", file}, "AAAA-BBBB-CCCC\nseven green doors\n");
  EXPECT_THAT(wrong.exit, testing::AnyOf(Exit(ErrorCode::kInvitationWrongCode), Exit(ErrorCode::kBadInput)));
  EXPECT_EQ(RunPiped({"enroll", file}, invitation.code + "\nshort\n").exit, Exit(ErrorCode::kRefused));
  const Ran ran =
      Run({"enroll", file}, invitation.code + "\nshort\n" +               // too short: asked again
                                "seven green doors\nseven red doors\n" +  // not the same: asked again
                                "seven green doors\nseven green doors\n");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("amal"));
  EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("seven green doors")));
  EXPECT_EQ(RunJson({"status"})["unlocked"], true);
}

TEST_F(StoreStory, AFileThatIsNoInvitationIsTold) {
  const std::string file = WriteFile("invitation", "garbage", kOwn);
  EXPECT_EQ(RunPiped({"enroll", file}, Invite("outreach").code + "\nseven green doors\n").exit,
            Exit(ErrorCode::kInvitationDamaged));
  EXPECT_EQ(RunPiped({"enroll", "/nowhere/at/all"}, "x\ny\n").exit, Exit(ErrorCode::kBadInput));
}

TEST_F(StoreStory, LockedItReadsNothingUntilThePassphraseComes) {
  Begin();
  ASSERT_EQ(Run({"lock"}).exit, 0);
  EXPECT_EQ(RunPiped({"due"}).exit, Exit(ErrorCode::kLocked));
  EXPECT_EQ(Run({"due"}, "wrong doors\n").exit, Exit(ErrorCode::kWrongPassphrase));
  EXPECT_EQ(Run({"due"}, "\x04").exit, Exit(ErrorCode::kCancelled));
  EXPECT_EQ(Run({"due", "--no-input"}).exit, Exit(ErrorCode::kLocked));
  EXPECT_EQ(RunPiped({"unlock"}, "seven green doors\n").exit, 0);
  EXPECT_EQ(RunPiped({"due"}).exit, 0);
  clock_.Advance(absl::Hours(5));
  EXPECT_EQ(RunPiped({"due"}).exit, Exit(ErrorCode::kLocked)) << "a round is over";
}

TEST_F(StoreStory, APassphraseFileIsUsedOnlyWhereNobodyElseMayReadIt) {
  Begin();
  ASSERT_EQ(Run({"lock"}).exit, 0);
  environment_["OPGANG_PASSPHRASE_FILE"] =
      WriteFile("passphrase", "seven green doors\n", std::filesystem::perms(0644));
  EXPECT_EQ(RunPiped({"due"}).exit, Exit(ErrorCode::kBadInput));
  std::filesystem::permissions(environment_["OPGANG_PASSPHRASE_FILE"], kOwn);
  EXPECT_EQ(RunPiped({"due"}).exit, 0);
  environment_["OPGANG_PASSPHRASE_FILE"] = "/nowhere/at/all";
  ASSERT_EQ(Run({"lock"}).exit, 0);
  EXPECT_EQ(RunPiped({"due"}).exit, Exit(ErrorCode::kBadInput));
}

TEST_F(StoreStory, SyncSaysWhatWasStoredAndWhatIsUnsent) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  const Ran ran = RunPiped({"sync"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Handed in: 1, of these stored: 1."));
  EXPECT_THAT(ran.out, HasSubstr("Unsent: 0."));
}

TEST_F(StoreStory, NoBaseLosesNothingAndSaysHowMuchWaits) {
  Begin();
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  sync_failure_ = MakeError(ErrorCode::kNoBase, "no route");
  const Ran ran = RunPiped({"sync"});
  EXPECT_EQ(ran.exit, Exit(ErrorCode::kNoBase));
  EXPECT_THAT(ran.err, HasSubstr("Unsent: 1."));
  EXPECT_THAT(ran.err, HasSubstr("Everything saved is safe here and waits."));
}

TEST_F(StoreStory, ALockedStoreHandsInAndReadsNothing) {
  Begin();
  ASSERT_EQ(Run({"lock"}).exit, 0);
  ASSERT_EQ(Run({"door", "2th", "no-answer"}).exit, 0);
  const Ran ran = Run({"sync"}, "\n");  // Enter: only hand in
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Nothing was read"));
  EXPECT_EQ(Unsent(), 0u);
}

TEST_F(StoreStory, RefusedWorkIsNeverCalledDoneAndIsFixedOrWithdrawn) {
  Begin();
  RefuseVisits(v1::DISPOSITION_VACANT);
  ASSERT_EQ(Run({"door", "2th", "vacant"}).exit, 0);
  ASSERT_EQ(Run({"door", "2tv", "vacant"}).exit, 0);
  ASSERT_EQ(Run({"door", "1tv", "no-answer"}).exit, 0);
  const Ran synced = RunPiped({"sync"});
  EXPECT_EQ(synced.exit, Exit(ErrorCode::kNeedsAttention));
  EXPECT_THAT(synced.out, HasSubstr("Handed in: 3, of these stored: 1."));
  EXPECT_THAT(synced.out, HasSubstr("REFUSED by the base: 2."));
  EXPECT_THAT(synced.out, HasSubstr("Needs attention: 2"));

  const Json items = RunJson({"outbox"})["items"];
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0]["refusal"]["field"], "visit, answer");
  EXPECT_EQ(items[0]["refusal"]["remedy"], "Check the number or the date.");
  const std::string first = std::to_string(items[0]["number"].get<int>());
  const std::string second = std::to_string(items[1]["number"].get<int>());
  EXPECT_THAT(Run({"outbox", "show", first}).out, HasSubstr("answer: vacant"));

  const Ran fixed = Run({"outbox", "fix", first}, "n");
  EXPECT_EQ(fixed.exit, 0) << fixed.err;
  EXPECT_EQ(Run({"outbox", "withdraw", second}, "y").exit, 0);
  EXPECT_EQ(RunPiped({"sync"}).exit, 0);
  EXPECT_EQ(RunJson({"status"})["queue"]["needs_attention"], 0);
  EXPECT_EQ(RunPiped({"outbox", "show", "99"}).exit, Exit(ErrorCode::kNotFound));
}

TEST_F(StoreStory, RefusedWorkIsFixedWithJson) {
  Begin();
  RefuseVisits(v1::DISPOSITION_VACANT);
  ASSERT_EQ(Run({"door", "2th", "vacant"}).exit, 0);
  ASSERT_EQ(RunPiped({"sync"}).exit, Exit(ErrorCode::kNeedsAttention));
  const std::string number = std::to_string(RunJson({"outbox"})["items"][0]["number"].get<int>());
  EXPECT_EQ(
      RunPiped({"outbox", "fix", number, "--json-input"}, R"({"visit": {"disposition": "other"}})").exit, 0);
  EXPECT_EQ(RunPiped({"sync"}).exit, 0);
}

TEST_F(StoreStory, TheBoardNamesSilentDevicesAndSaysWhenTheBaseDoesNotAnswer) {
  Begin();
  SaveInquiryAt("2th", "Amina");
  EXPECT_THAT(RunPiped({"board"}).out,
              HasSubstr("The base does not answer: everything here is as of the last sync"));
  v1::ListDevicesResponse response;
  v1::DeviceStatus& device = *response.add_devices();
  device.set_device_label("tablet-7");
  device.set_holder("jonas");
  device.set_last_sync_us(absl::ToUnixMicros(clock_.WallNow() - absl::Hours(50)));
  device.set_unsent_count(4);
  device.set_nearest_due_us(absl::ToUnixMicros(clock_.WallNow() + absl::Hours(12)));
  device.set_silent(true);
  devices_ = response;
  const Ran ran = RunPiped({"board"});
  EXPECT_THAT(ran.out, HasSubstr("Silent devices: 1 of 1."));
  EXPECT_THAT(ran.out, HasSubstr("tablet-7 (jonas): last sync Mon 30 Mar 10:00, unsent 4."));
  EXPECT_EQ(RunJson({"board"})["devices"][0]["nearest_due"],
            JsonTime(absl::FromUnixMicros(device.nearest_due_us())));
}

TEST_F(StoreStory, TheLiveBoardIsDrawnAgainWhenACitizenTakesPartElsewhere) {
  Begin();
  const std::string handle = SaveInquiryAt("2th", "Amina");
  ASSERT_EQ(RunPiped({"sync"}).exit, 0);
  RecordId citizen;
  {
    auto store = OpenUnlocked();
    citizen = ViewOf(*store).OfType(RecordType::kCitizen)[0]->id;
  }
  during_live_ = [&](Store& store, const SyncOptions& options) {
    EXPECT_TRUE(options.observer->KeepGoing());
    v1::Participation participation;
    participation.set_citizen_id(citizen.ToBytes());
    participation.set_kind(v1::PARTICIPATION_KIND_GROUP_MEETING);
    participation.set_place("Fælleshuset");
    base_.Put(participation, RecordId::Make(clock_.WallNow(), SystemRandom()), citizen.ToBytes());
    Pull(store);
    options.observer->OnChanged();
    EXPECT_TRUE(options.observer->KeepGoing());
    clock_.Advance(absl::Seconds(31));
    EXPECT_FALSE(options.observer->KeepGoing());
  };
  const Ran ran = RunPiped({"board", "--watch", "--for", "30", "--json"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  std::vector<Json> boards;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) boards.push_back(Json::parse(line));
  ASSERT_GE(boards.size(), 2u);
  EXPECT_EQ(boards.front()["cases"].size(), 1u);
  EXPECT_EQ(boards.back()["cases"].size(), 0u);
  EXPECT_EQ(boards.back()["counts"]["met"], 1);
}

TEST_F(StoreStory, StatusTellsTheQueueTheTimeAndTheGrants) {
  Begin();
  const Json known = RunJson({"status"});
  EXPECT_EQ(known["staff"], "amal");
  EXPECT_EQ(known["time"]["exact"], true);
  EXPECT_EQ(known["grants"][0]["mode"], "read-write");
  clock_.Reboot();
  EXPECT_EQ(RunJson({"status"})["time"]["latest"], nullptr);
  EXPECT_THAT(RunPiped({"status"}).out, HasSubstr("Time: perhaps"));
}

TEST_F(StoreStory, TheDoctorFindsAWrongClockAndAMissingStore) {
  EXPECT_EQ(RunPiped({"doctor"}).exit, Exit(ErrorCode::kNotEnrolled));
  Begin();
  EXPECT_EQ(RunPiped({"doctor"}).exit, 0);
  clock_.SetWall(clock_.WallNow() - absl::Hours(24 * 365));
  EXPECT_THAT(RunPiped({"doctor"}).out, HasSubstr("off by 365 d 0 h"));
  EXPECT_EQ(RunPiped({"doctor", "--base"}).exit, Exit(ErrorCode::kNoBase));
}

TEST_F(StoreStory, AnotherProcessWithTheStoreIsToldApart) {
  Begin();
  auto store = Open();
  EXPECT_EQ(RunPiped({"status"}).exit, Exit(ErrorCode::kStoreBusy));
}

}  // namespace
}  // namespace opgang::cli
