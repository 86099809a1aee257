// Every method of every service, called by every role over the server's own mutual TLS with every kind of credential, about what
// is the caller's, what is not, and what is not there. What must be comes from the reviewed table (server/engine/authority.cc)
// and from the rows below, which say what each method is about; a method, role or record type without a row fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <set>

#include "core/base/error.h"
#include "server/engine/authority.h"
#include "server/identity/certificate_names.h"
#include "server/identity/key_store.h"
#include "tests/base/base_story.h"
#include "tests/matrix/matrix_wire.h"
#include "tests/matrix/matrix_world.h"
#include "tests/support/store_certificate.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// --- What each method is about, and who has a sight of that.

enum class About {
  kNobody,       // a list, narrowed to the caller's sight
  kStaff,        // somebody of the caller's municipality
  kStore,        // a device of his municipality
  kConflict,     // a record that he reads
  kRefused,      // a refused mutation whose author believed it to stand where the caller reads
  kAreaToGive,   // an area that he reads (coordinator), or of his municipality (admin)
  kAreaToCount,  // an area of which he is told figures
  kNewcomer,     // a staff code, in use or not
  kCitizen,      // somebody whose every area he reads
  kMachine,      // files, keys, the whole history: nobody's over the net
  kInvitation,   // what the invitation's own certificate opens
  kSession,      // Sync itself: sync_matrix_test.cc
};

struct Row {
  std::string method;
  About about;
};

const std::vector<Row>& Rows() {
  static const auto* const rows = new std::vector<Row>{
      {"EnrollService/Enroll", About::kInvitation},
      {"SyncService/Sync", About::kSession},
      {"SyncService/ListDevices", About::kNobody},
      {"ReportService/RunReport", About::kAreaToCount},
      {"AdminService/Invite", About::kNewcomer},
      {"AdminService/ListDevices", About::kNobody},
      {"AdminService/SettleTwin", About::kStore},
      {"AdminService/ListGrants", About::kStaff},
      {"AdminService/ChangeGrant", About::kStaff},
      {"AdminService/ChangeGrant", About::kAreaToGive},
      {"AdminService/ListStaff", About::kNobody},
      {"AdminService/ChangeRole", About::kStaff},
      {"AdminService/RevokeDevice", About::kStore},
      {"AdminService/DescribeIncident", About::kStore},
      {"AdminService/ListQuarantine", About::kRefused},
      {"AdminService/ReplayQuarantined", About::kRefused},
      {"AdminService/DiscardQuarantined", About::kRefused},
      {"AdminService/SettleStolen", About::kRefused},
      {"AdminService/ListConflicts", About::kConflict},
      {"AdminService/SettleConflict", About::kConflict},
      {"AdminService/RecordHistory", About::kConflict},
      {"AdminService/ListDecisions", About::kNobody},
      {"AdminService/ListLeases", About::kNobody},
      {"AdminService/ReclaimLeases", About::kStore},
      {"AdminService/ImportDwellings", About::kMachine},
      {"AdminService/CheckBase", About::kMachine},
      {"AdminService/MakeBackup", About::kMachine},
      {"AdminService/SealBackupsTo", About::kMachine},
      {"AdminService/ListBackups", About::kMachine},
      {"AdminService/ConfirmBackup", About::kMachine},
      {"AdminService/AcceptLoss", About::kMachine},
      {"AdminService/EraseCitizen", About::kCitizen},
      {"AdminService/ListErasures", About::kMachine},
      {"AdminService/ExportCitizen", About::kCitizen},
      {"AdminService/NotePersonRequest", About::kMachine},
      {"AdminService/SettlePersonRequest", About::kMachine},
      {"AdminService/ListPersonRequests", About::kMachine},
      {"AdminService/ListRetention", About::kMachine},
      {"AdminService/SetRetention", About::kMachine},
      {"AdminService/RunRetention", About::kMachine},
      {"AdminService/ListAudit", About::kMachine},
      {"AdminService/VerifyAudit", About::kMachine},
      {"AdminService/ExpireAudit", About::kMachine},
  };
  return *rows;
}

bool IsOneOf(Role role, std::initializer_list<Role> roles) { return std::ranges::count(roles, role) > 0; }

bool Sees(Role role, About about, Where where) {
  const bool in_own_area = where == Where::kOwn || where == Where::kMoved;
  switch (about) {
    case About::kStaff:
    case About::kStore: return where != Where::kAbroad;
    // One that moved away stands at the neighbour's; a refused one stays where its author put it.
    case About::kConflict:
    case About::kCitizen: return where == Where::kOwn;
    case About::kRefused: return in_own_area;
    case About::kAreaToGive: return role == Role::kAdmin ? where != Where::kAbroad : in_own_area;
    case About::kAreaToCount:
      return in_own_area || (where == Where::kHandIn && IsOneOf(role, {Role::kCoordinator, Role::kPartner}));
    default: return true;
  }
}

// --- A request of any method, filled in by the names of its fields. A field without a name here is a cell that cannot be made.

struct Target {
  std::string staff, area, store, record, intent, version;
};

class Requests {
 public:
  explicit Requests(const MatrixWorld& world) : world_(world) {}

  // The i-th of its kind there.
  Target At(Where where, int i) const {
    const auto n = static_cast<size_t>(i);
    const RecordId conflict = world_.ConflictsAt(where).at(n);
    return {world_.StaffAt(where).at(n),
            NameOfAreaAt(where),
            world_.StoresAt(where).at(n).ToBytes(),
            conflict.ToBytes(),
            world_.RefusedAt(where).at(n).ToBytes(),
            world_.ValueIn(conflict).ToBytes()};
  }
  // Not there; as long as what is.
  static Target Nowhere() {
    const auto id = [] { return SystemRandom().Bytes(16); };
    return {"s-nobody-0", "Nirgends", id(), id(), id(), id()};
  }

  std::unique_ptr<Message> Of(const Row& row, const Target& target) const {
    const auto* type = EveryMethod().at(row.method)->input_type();
    std::unique_ptr<Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    const Target own = At(Where::kOwn, 0);
    for (int i = 0; i < type->field_count(); ++i) Fill(row, target, own, *type->field(i), *request);
    return request;
  }

 private:
  static void Fill(const Row& row, const Target& target, const Target& own, const FieldDescriptor& field,
                   Message& request) {
    const auto* reflection = request.GetReflection();
    const std::string& name = field.name();
    const bool of_area = row.about == About::kAreaToGive;
    const std::map<std::string, std::string> texts = {
        {"staff_code", of_area ? own.staff : target.staff},
        {"area", row.about == About::kStaff ? own.area : target.area},
        {"store_id", target.store},
        {"record_id", target.record},
        {"intent_id", target.intent},
        {"take_version", target.version},
        {"citizen", RecordId::FromBytes(target.record).value_or(RecordId()).ToString()},
        {"role", "outreach"},
        {"device_label", "spare"},
        {"name", "response-time"},
        {"path", "/nonexistent/backup"},
        {"receipt", "none"},
        {"request_id", target.record},
        {"public_key", std::string(32, 'k')},
    };
    if (const auto text = texts.find(name); text != texts.end() && !field.is_repeated())
      return reflection->SetString(&request, &field, text->second);
    if (name == "areas") return reflection->AddString(&request, &field, own.area);
    if (name == "field") return reflection->SetUInt32(&request, &field, v1::Citizen::kNameFieldNumber);
    if (name == "year") return reflection->SetInt32(&request, &field, 2026);
    if (name == "month") return reflection->SetInt32(&request, &field, 1);
    if (name == "from" || name == "to") {
      auto& date = dynamic_cast<v1::LocalDate&>(*reflection->MutableMessage(&request, &field));
      date.set_year(2026);
      date.set_month(3);
      date.set_day(name == "from" ? 1 : 31);
      return;
    }
    if (field.type() == FieldDescriptor::TYPE_ENUM) return reflection->SetEnumValue(&request, &field, 1);
    // What may stay as it is: nobody is named as the actor, nothing is applied, nothing else is asked.
    static const auto* const left_out = new std::set<std::string>{"actor",
                                                                  "addresses",
                                                                  "municipality",
                                                                  "rows",
                                                                  "source_label",
                                                                  "delete_record",
                                                                  "new_value",
                                                                  "correction_reason",
                                                                  "apply",
                                                                  "discard",
                                                                  "take",
                                                                  "accept_risk",
                                                                  "meeting_id",
                                                                  "open_only",
                                                                  "extend",
                                                                  "received_us",
                                                                  "days",
                                                                  "keep",
                                                                  "by",
                                                                  "since_us",
                                                                  "until_us",
                                                                  "most",
                                                                  "seq",
                                                                  "for_partner",
                                                                  "rows_of",
                                                                  "invitation_id",
                                                                  "proof_public_key",
                                                                  "store_public_key",
                                                                  "work_since_us",
                                                                  "certificate_request",
                                                                  "lease_public_key"};
    EXPECT_TRUE(left_out->contains(name)) << row.method << " has a field that no cell knows: " << name;
  }

  const MatrixWorld& world_;
};

// --- A base that serves a copy of the world.

class Served {
 public:
  explicit Served(MatrixWorld& world, const std::function<void(TestBase&)>& prepare = {}) : world_(world) {
    {
      TestBase base(world.clock(), "", world.Copy());
      if (prepare) prepare(base);
      base.Close();
      directory_ = MakeTestDirectory();
      std::filesystem::copy(base.directory(), directory_, std::filesystem::copy_options::recursive);
    }
    BaseOptions options;
    options.directory = directory_;
    options.listen = "127.0.0.1:0";
    options.clock = &world.clock();
    options.invitation_cost = PassphraseCost::ForTests();
    options.limits.calls_per_minute = 1'000'000;  // the matrix asks faster than any device
    auto base = RunningBase::Start(options);
    EXPECT_TRUE(base.ok()) << base.status();
    base_ = *std::move(base);
    keys_ = LoadBaseKeys(directory_).value();
  }
  ~Served() {
    base_.reset();
    std::filesystem::remove_all(directory_);
  }

  const BaseKeys& keys() const { return keys_; }
  const std::filesystem::path& directory() const { return directory_; }
  Wire WireWith(const CertifiedKey& certificate) const {
    return {*base_, keys_.ca.certificate_pem, certificate};
  }
  CertifiedKey CertificateOf(const Peer& peer) const {
    return IssueStoreCertificate(keys_.ca, {peer.staff_code, peer.store}, SystemRandom()).value();
  }
  // Ends it, and opens what it has left.
  std::unique_ptr<TestBase> StopAndOpen() {
    base_.reset();
    const auto copy = MakeTestDirectory();
    std::filesystem::copy(directory_, copy, std::filesystem::copy_options::recursive);
    return std::make_unique<TestBase>(world_.clock(), "", copy);
  }

 private:
  MatrixWorld& world_;
  std::filesystem::path directory_;
  std::unique_ptr<RunningBase> base_;
  BaseKeys keys_;
};

std::string ProofOf(const HandDevice& device) {
  v1::ReaderProof proof;
  proof.set_replica_id(device.replica.ToBytes());
  proof.set_token(device.token);
  proof.set_read_proof(device.Hello().read_proof());
  return proof.SerializeAsString();
}

constexpr char kNotYourRole[] = "base-refused: your role may not ask for this";
constexpr char kNoProof[] = "try-later: the base does not know this store's last session: sync first";
constexpr char kNotEnrolled[] = "base-refused: this store is not enrolled here";
constexpr char kRevoked[] = "revoked: this store was taken out of use";

class RpcMatrix : public testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = &MatrixWorld::Get(); }
  static void TearDownTestSuite() { std::cout << "cells of calls: " << cells_ << "\n"; }

  static const HandDevice& DeviceOf(Role role) { return world_->DeviceOf(role); }
  static const HandDevice& AnotherThan(Role role) {
    return world_->DeviceOf(role == Role::kHealth ? Role::kCoordinator : Role::kHealth);
  }
  static bool MayCall(Role role, const Row& row) {
    const MethodRule* rule = FindMethodRule(row.method);
    EXPECT_NE(rule, nullptr) << row.method;
    return rule != nullptr && Permits(*rule, role);
  }
  // Every method but Sync, once.
  static std::vector<Row> Methods() {
    std::vector<Row> rows;
    std::set<std::string> seen;
    for (const Row& row : Rows()) {
      if (row.about != About::kSession && seen.insert(row.method).second) rows.push_back(row);
    }
    return rows;
  }

  // Everybody at every door with that credential, about what is his and what is not there: turned away with these words, and
  // with the same bytes whatever it is about. `words`: empty where the role decides.
  static void ExpectAtEveryDoor(const std::string& words, Role role, const Wire& wire,
                                const std::string& proof) {
    const Requests requests(*world_);
    const auto admits = [&](const Row& row) { return words.empty() && MayCall(role, row); };
    std::vector<Question> questions;
    for (const Row& row : Methods()) {
      questions.push_back({row.method, requests.Of(row, Requests::Nowhere())});
      // With effect it is asked below.
      if (!admits(row)) questions.push_back({row.method, requests.Of(row, requests.At(Where::kOwn, 0))});
    }
    const std::vector<Answer> all = wire.CallAll(questions, proof);
    cells_ += static_cast<int>(all.size());
    auto next = all.begin();
    for (const Row& row : Methods()) {
      SCOPED_TRACE(row.method + " by " + std::string(RoleName(role)));
      const bool admitted = admits(row);
      const bool of_invitation = row.about == About::kInvitation;
      const std::vector<Answer> answers(next, next + (admitted ? 1 : 2));
      next += admitted ? 1 : 2;
      if (of_invitation) {
        EXPECT_EQ(answers[0].code, grpc::StatusCode::PERMISSION_DENIED) << answers[0].Words();
      } else if (admitted) {
        EXPECT_NE(answers[0].message, kNotYourRole);
        EXPECT_NE(answers[0].code, grpc::StatusCode::UNIMPLEMENTED);
      } else {
        EXPECT_EQ(answers[0].message, words.empty() ? kNotYourRole : words) << answers[0].Words();
        EXPECT_TRUE(answers[0].trailers.empty() && answers[0].bytes.empty() && answers[0].details.empty());
      }
      EXPECT_TRUE(answers.size() == 1 || answers[0] == answers[1])
          << answers[0].Words() << "; " << answers[1].Words();
    }
  }

  static MatrixWorld* world_;
  static int cells_;
};

MatrixWorld* RpcMatrix::world_ = nullptr;
int RpcMatrix::cells_ = 0;

TEST_F(RpcMatrix, EveryMethodHasARowThatSaysWhatItIsAboutAndEveryRoleWasLookedAt) {
  std::set<std::string> rows, methods;
  for (const Row& row : Rows()) rows.insert(row.method);
  for (const auto& [name, method] : EveryMethod()) methods.insert(name);
  EXPECT_EQ(rows, methods);
  std::set<std::string> roles;
  for (const Role role : Roles()) roles.insert(std::string(RoleName(role)));
  EXPECT_EQ(roles, (std::set<std::string>{"outreach", "health", "instructor", "coordinator", "partner",
                                          "evaluator", "auditor", "admin"}));
  for (const Row& row : Rows()) {
    const bool nobodys = FindMethodRule(row.method)->roles == 0;
    EXPECT_EQ(nobodys, row.about == About::kMachine || row.about == About::kInvitation) << row.method;
  }
}

TEST_F(RpcMatrix, WithAValidCredentialTheRoleDecidesAndWithoutItNothingDoes) {
  Served base(*world_);
  const auto other_directory = MakeTestDirectory();
  const BaseKeys other = LoadOrCreateBaseKeys(other_directory, {"127.0.0.1"}, SystemRandom()).value();
  for (const Role role : Roles()) {
    const HandDevice &device = DeviceOf(role), &another = AnotherThan(role);
    const std::string proof = ProofOf(device);
    const Wire own = base.WireWith(base.CertificateOf(device.peer));
    ExpectAtEveryDoor("", role, own, proof);
    ExpectAtEveryDoor(kNoProof, role, own, "");
    ExpectAtEveryDoor(kNoProof, role, own, ProofOf(another));
    ExpectAtEveryDoor(kNoProof, role, base.WireWith(base.CertificateOf(another.peer)), proof);
    const Peer nobody{device.peer.staff_code, StoreId::Make(world_->clock().WallNow(), SystemRandom())};
    ExpectAtEveryDoor(kNotEnrolled, role, base.WireWith(base.CertificateOf(nobody)), proof);
    const Peer somebody_else{another.peer.staff_code, device.peer.store};
    ExpectAtEveryDoor(kNotEnrolled, role, base.WireWith(base.CertificateOf(somebody_else)), proof);
    const CertifiedKey stranger =
        IssueStoreCertificate(other.ca, {device.peer.staff_code, device.peer.store}, SystemRandom()).value();
    const Answer cut = base.WireWith(stranger).Call("AdminService/ListStaff", v1::ListStaffRequest(), proof);
    EXPECT_EQ(cut.code, grpc::StatusCode::UNAVAILABLE) << cut.Words();
    ++cells_;
  }
  std::filesystem::remove_all(other_directory);
}

TEST_F(RpcMatrix, ARevokedStoreIsTurnedAwayAtEveryDoorOnTheConnectionThatItHadToo) {
  Served base(*world_);
  const Wire machine(base.directory());
  for (const Role role : Roles()) {
    const HandDevice& device = DeviceOf(role);
    const std::string proof = ProofOf(device);
    const Wire wire = base.WireWith(base.CertificateOf(device.peer));
    const Answer before = wire.Call("AdminService/ListStaff", v1::ListStaffRequest(), proof);
    EXPECT_TRUE(before.ok() || before.message == kNotYourRole) << before.Words();
    v1::RevokeDeviceRequest revoke;
    revoke.set_store_id(device.peer.store.ToBytes());
    revoke.set_reason(v1::REVOCATION_REASON_LOST);
    revoke.set_actor("coordinator");
    const Answer revoked = machine.Call("AdminService/RevokeDevice", revoke);
    ASSERT_TRUE(revoked.ok()) << revoked.Words();
    ExpectAtEveryDoor(kRevoked, role, wire, proof);
    ExpectAtEveryDoor(kRevoked, role, base.WireWith(base.CertificateOf(device.peer)), proof);
  }
}

TEST_F(RpcMatrix, WhoseRoleHasChangedSinceIsWhatHeIsNow) {
  const auto next = [](Role role) {
    return role == Role::kCoordinator ? Role::kPartner : Role::kCoordinator;
  };
  Served base(*world_, [&](TestBase& before) {
    for (const Role role : Roles())
      before.GiveRole(std::string(RoleName(role)), std::string(RoleName(next(role))));
  });
  for (const Role role : Roles()) {
    const HandDevice& device = DeviceOf(role);
    ExpectAtEveryDoor("", next(role), base.WireWith(base.CertificateOf(device.peer)), ProofOf(device));
  }
}

TEST_F(RpcMatrix, NobodyDecidesInAnothersNameAtAnyDoor) {
  Served base(*world_);
  const Requests requests(*world_);
  for (const Role role : Roles()) {
    const HandDevice& device = DeviceOf(role);
    const Wire wire = base.WireWith(base.CertificateOf(device.peer));
    for (const Row& row : Methods()) {
      const std::shared_ptr<Message> request = requests.Of(row, requests.At(Where::kOwn, 0));
      const auto* actor = request->GetDescriptor()->FindFieldByName("actor");
      if (actor == nullptr || !MayCall(role, row)) continue;
      request->GetReflection()->SetString(request.get(), actor, "w-coordinator-own");
      const Answer answer = wire.Call(row.method, *request, ProofOf(device));
      EXPECT_EQ(answer.message, "base-refused: whoever asks decides in his own name")
          << row.method << " by " << RoleName(role);
      ++cells_;
    }
  }
}

// --- What is somebody's, and what is not.

class Sights : public RpcMatrix {
 protected:
  static std::vector<Row> RowsOfThings() {
    std::vector<Row> rows;
    for (const Row& row : Rows()) {
      const bool of_a_thing = row.about != About::kNobody && row.about != About::kNewcomer &&
                              row.about != About::kMachine && row.about != About::kInvitation &&
                              row.about != About::kSession;
      if (of_a_thing) rows.push_back(row);
    }
    return rows;
  }
  // The how-manieth row about the same kind of thing it is: each is asked about another one.
  static int IndexOf(const Row& row) {
    int index = 0;
    for (const Row& other : Rows()) {
      if (other.about != row.about) continue;
      if (other.method == row.method) return index % MatrixWorld::kSpares;
      ++index;
    }
    return 0;
  }
  static bool Tells(const Answer& answer, const std::string& what) {
    return answer.bytes.find(what) != std::string::npos || answer.message.find(what) != std::string::npos ||
           answer.details.find(what) != std::string::npos;
  }
  // Not a word, id or code of what lies outside of the caller's sight.
  static void ExpectNothingOfOthers(Role role, const Answer& answer) {
    const Requests requests(*world_);
    for (const Where where : kEverywhere) {
      const bool reads = role == Role::kCoordinator && (where == Where::kOwn || where == Where::kMoved);
      EXPECT_FALSE(!reads && Tells(answer, MatrixWorld::CanaryOf(where))) << NameOf(where);
      if (where != Where::kAbroad) continue;
      for (int i = 0; i < MatrixWorld::kSpares; ++i) {
        const Target target = requests.At(where, i);
        for (const std::string& what :
             {target.staff, target.area, target.store, target.record, target.intent})
          EXPECT_FALSE(Tells(answer, what));
      }
      EXPECT_FALSE(Tells(answer, "abroad") || Tells(answer, "Anderby"));
    }
  }
};

TEST_F(Sights, WhatIsNotTheCallersIsAnsweredByteForByteAsWhatIsNotThere) {
  Served base(*world_);
  const Requests requests(*world_);
  for (const Role role : Roles()) {
    const HandDevice& device = DeviceOf(role);
    const Wire wire = base.WireWith(base.CertificateOf(device.peer));
    const std::string proof = ProofOf(device);
    for (const Row& row : RowsOfThings()) {
      if (!MayCall(role, row)) continue;
      SCOPED_TRACE(row.method + " by " + std::string(RoleName(role)));
      const Answer nowhere = wire.Call(row.method, *requests.Of(row, Requests::Nowhere()), proof);
      for (const Where where : kEverywhere) {
        if (Sees(role, row.about, where)) continue;
        const Answer answer =
            wire.Call(row.method, *requests.Of(row, requests.At(where, IndexOf(row))), proof);
        EXPECT_EQ(answer, nowhere) << NameOf(where) << ": " << answer.Words() << "; " << nowhere.Words();
        ++cells_;
      }
    }
  }
}

TEST_F(Sights, WhatIsTheCallersIsHisToAskAboutAndToDecide) {
  Served base(*world_);
  const Requests requests(*world_);
  for (const Row& row : RowsOfThings()) {
    for (const Role role : Roles()) {
      if (!MayCall(role, row)) continue;
      const HandDevice& device = DeviceOf(role);
      const Wire wire = base.WireWith(base.CertificateOf(device.peer));
      const Answer nowhere = wire.Call(row.method, *requests.Of(row, Requests::Nowhere()), ProofOf(device));
      for (const Where where : kEverywhere) {
        if (!Sees(role, row.about, where)) continue;
        SCOPED_TRACE(row.method + " by " + std::string(RoleName(role)) + ", " + NameOf(where));
        const auto request = requests.Of(row, requests.At(where, IndexOf(row)));
        const Answer answer = wire.Call(row.method, *request, ProofOf(device));
        EXPECT_NE(answer, nowhere) << answer.Words();
        EXPECT_TRUE(answer.ok() || answer.code == grpc::StatusCode::INVALID_ARGUMENT ||
                    answer.code == grpc::StatusCode::NOT_FOUND)
            << answer.Words();
        ExpectNothingOfOthers(role, answer);
        ++cells_;
      }
    }
  }
}

TEST_F(Sights, NoListTellsAWordAnIdOrACodeOfAnotherPlace) {
  Served base(*world_);
  const Requests requests(*world_);
  for (const Row& row : Rows()) {
    const bool lists =
        row.about == About::kNobody || row.about == About::kConflict || row.about == About::kRefused;
    for (const Role role : Roles()) {
      if (!lists || !MayCall(role, row)) continue;
      SCOPED_TRACE(row.method + " by " + std::string(RoleName(role)));
      const HandDevice& device = DeviceOf(role);
      const Answer all = base.WireWith(base.CertificateOf(device.peer))
                             .Call(row.method, *requests.Of(row, Target()), ProofOf(device));
      ExpectNothingOfOthers(role, all);
      EXPECT_TRUE(row.about != About::kNobody || all.ok()) << all.Words();
      ++cells_;
    }
  }
}

// What was refused at the door, and what was asked for that is not the caller's, stands in the audit: who, and what he tried.
TEST_F(Sights, EveryRefusalIsInTheAudit) {
  Served base(*world_);
  const Requests requests(*world_);
  std::set<std::pair<std::string, std::string>> refused;
  for (const Role role : Roles()) {
    const HandDevice& device = DeviceOf(role);
    const Wire wire = base.WireWith(base.CertificateOf(device.peer));
    for (const Row& row : Methods()) {
      if (row.about == About::kInvitation || row.about == About::kNobody || row.about == About::kNewcomer)
        continue;
      const Answer answer =
          wire.Call(row.method, *requests.Of(row, requests.At(Where::kAbroad, 0)), ProofOf(device));
      const bool empty_list = answer.ok() && answer.bytes.empty();
      EXPECT_TRUE(empty_list || !answer.ok()) << row.method;
      if (!answer.ok()) refused.insert({std::string(RoleName(role)), row.method});
    }
  }
  const auto left = base.StopAndOpen();
  v1::ListAuditRequest everything;
  everything.set_action(v1::AUDIT_ACTION_REFUSED);
  everything.set_most(1'000'000);
  std::set<std::pair<std::string, std::string>> noted;
  const auto audit = left->store().AuditLines(everything, std::nullopt).value();
  for (const v1::AuditLine& line : audit.lines()) noted.insert({line.note().actor(), line.note().detail()});
  for (const auto& one : refused) {
    EXPECT_TRUE(noted.contains(one)) << one.second << " by " << one.first;
    ++cells_;
  }
}

}  // namespace
}  // namespace opgang
