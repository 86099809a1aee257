#include "tests/cli/cli_test_base.h"

#include <sstream>

#include "cli-client/words.h"

namespace opgang::cli {

CliTest::CliTest() {
  v1::Grant health = base_.grants.front();
  *health.mutable_scope() = AreaHealthScope(base_.area()).ToProto();
  base_.grants.push_back(health);
}

void CliTest::FurnishBase() {
  v1::Entrance entrance;
  entrance.set_street("Humlebakken");
  entrance.set_number("20B");
  entrance.set_postcode("9220");
  entrance.set_town("Aalborg Øst");
  entrance.set_status(v1::PLACE_STATUS_ACTIVE);
  entrance.set_source(v1::PLACE_SOURCE_REGISTER);
  entrance_ = base_.Put(entrance, RecordId::Make(clock_.WallNow(), SystemRandom()));
  for (const char* floor : {"st", "1", "2"}) {
    for (const char* door : {"tv", "th"}) {
      v1::Dwelling dwelling;
      dwelling.set_entrance_id(entrance_.ToBytes());
      dwelling.set_floor(floor);
      dwelling.set_door(door);
      dwelling.set_status(v1::PLACE_STATUS_ACTIVE);
      dwelling.set_source(v1::PLACE_SOURCE_REGISTER);
      base_.Put(dwelling, RecordId::Make(clock_.WallNow(), SystemRandom()));
    }
  }
}

EnrollInput CliTest::Invite(const std::string& role) {
  v1::Invitation invitation;
  invitation.set_invitation_id(SystemRandom().Bytes(16));
  invitation.add_addresses("127.0.0.1:7443");
  invitation.set_base_public_key(base_.public_key());
  invitation.set_store_id(SystemRandom().Bytes(16));
  invitation.set_replica_id(SystemRandom().Bytes(16));
  invitation.set_first_token(SystemRandom().Bytes(32));
  invitation.set_staff_code("amal");
  invitation.set_device_label("tablet-3");
  invitation.set_role(role);
  const std::string code = MakeInvitationCode(SystemRandom());
  const std::string normal = NormalizeInvitationCode(code).value();
  return {SealInvitation(invitation.SerializeAsString(), normal, PassphraseCost::ForTests(), SystemRandom()),
          code, kPassphrase};
}

void CliTest::Begin(const std::string& role) {
  FurnishBase();
  ASSERT_EQ(Device(Options({})).Enroll(Invite(role)), absl::OkStatus());
  auto store = OpenUnlocked();
  Sync(*store);
  ASSERT_EQ(store->SetCurrentEntrance(entrance_, base_.area()), absl::OkStatus());
}

SyncResult CliTest::SyncWithBase(Store& store, SyncObserver* observer) {
  SyncResult result;
  SyncProgress progress;
  const auto tell = [&] {
    if (observer != nullptr) observer->OnProgress(progress);
  };
  progress.to_send = store.outbox_counts().unsent;
  tell();
  store.sync_store().ExplainTo(observer != nullptr && observer->WantsDecisions() ? observer : nullptr);
  Greet(store);
  progress.scopes_total = static_cast<uint32_t>(store.grants().size());
  tell();
  const VerdictCounts counts = PushAll(store);
  progress.answered = counts.applied + counts.refused;
  tell();
  const uint32_t repaired_before = repaired_;
  if (store.unlocked()) Pull(store);
  EXPECT_TRUE(store.sync_store().RemoveLostScopes().ok());
  result.repaired = repaired_ - repaired_before;
  store.sync_store().ExplainTo(nullptr);
  for (const SyncDecision& decision : also_decided_) {
    if (observer != nullptr) observer->OnDecision(decision);
  }
  progress.scopes_current = progress.scopes_total;
  tell();
  result.applied = counts.applied;
  result.refused = counts.refused;
  result.sent = counts.applied + counts.refused;
  result.side_by_side = counts.side_by_side;
  result.read = store.unlocked();
  result.unsent = store.outbox_counts().unsent;
  return result;
}

Wiring CliTest::MakeWiring(ScriptedTerminal& terminal) {
  Wiring wiring;
  wiring.terminal = &terminal;
  wiring.environment = [this](const char* name) -> std::optional<std::string> {
    const auto found = environment_.find(name);
    if (found == environment_.end()) return std::nullopt;
    return found->second;
  };
  wiring.make_device = [this](const std::filesystem::path& home) {
    return std::make_unique<Device>(Options(home));
  };
  wiring.sync = [this](Store& store, const SyncOptions& options) -> absl::StatusOr<SyncResult> {
    if (!sync_failure_.ok()) return sync_failure_;
    const SyncResult result = SyncWithBase(store, options.observer);
    if (options.live && during_live_) during_live_(store, options);
    return result;
  };
  wiring.list_devices = [this](const Store&, absl::Duration) { return devices_; };
  return wiring;
}

Ran CliTest::RunWith(ScriptedTerminal& terminal, const std::vector<std::string>& arguments) {
  environment_["OPGANG_HOME"] = home_.string();
  clock_.Advance(absl::Seconds(1));  // no two commands in one millisecond: record ids tell their order
  const Wiring wiring = MakeWiring(terminal);
  const int exit = RunApp(arguments, wiring);
  return {exit, terminal.out, terminal.err, terminal.keystrokes, terminal.starved};
}

Ran CliTest::Run(const std::vector<std::string>& arguments, const std::string& typed) {
  ScriptedTerminal terminal;
  terminal.Type(typed);
  return RunWith(terminal, arguments);
}

Ran CliTest::RunPiped(const std::vector<std::string>& arguments, const std::string& input) {
  ScriptedTerminal terminal;
  terminal.Pipe(input);
  return RunWith(terminal, arguments);
}

Ran CliTest::RunOnScreen(const std::vector<std::string>& arguments) {
  ScriptedTerminal terminal;
  terminal.has_screen = true;
  return RunWith(terminal, arguments);
}

void CliTest::ExpectFits(const std::string& screen) {
  std::istringstream lines(screen);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 80) << line;
}

Json CliTest::RunJson(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const Ran ran = RunPiped(arguments);
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  return ran.json();
}

std::string CliTest::SaveInquiryAt(const std::string& door, const std::string& name,
                                   const std::string& telephone) {
  const Ran ran = Run({"inquiry", "--door", door}, name + "\n" + telephone + "\ny");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const Json cases = RunJson({"due"})["cases"];
  for (const Json& one : cases) {
    if (one["name"] == name) return one["handle"];
  }
  ADD_FAILURE() << "no case of " << name;
  return {};
}

std::string CliTest::CaseHandle(size_t n) { return RunJson({"due"})["cases"].at(n)["handle"]; }
std::string CliTest::CitizenHandle(size_t n) { return RunJson({"due"})["cases"].at(n)["citizen"]; }

void CliTest::Later(absl::Duration by) {
  clock_.Advance(by);
  EXPECT_EQ(RunPiped({"unlock"}, std::string(kPassphrase) + "\n").exit, 0);
}

std::vector<std::string> CliTest::DispositionsSaved() {
  auto store = OpenUnlocked();
  std::vector<std::string> words;
  for (const VisibleRecord* record : ViewOf(*store).OfType(RecordType::kVisit)) {
    const auto& visit = record->As<v1::Visit>();
    words.push_back(FormatDoor({visit.floor(), visit.door()}) + " " + Word(visit.disposition()));
  }
  return words;
}

}  // namespace opgang::cli
