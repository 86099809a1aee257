// Who may write and read what over Sync: role x place x record state x record type x credential, each cell against the real
// engine and session, and against what the reviewed table says (server/engine/authority.cc).
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "tests/matrix/matrix_world.h"

namespace opgang {
namespace {

enum class State { kThere, kAbsent, kDeleted, kErased, kElsewhere };
constexpr State kStates[] = {State::kThere, State::kAbsent, State::kDeleted, State::kErased,
                             State::kElsewhere};

enum class Credential {
  kValid,
  kNoReadProof,
  kRevoked,
  kRevokedMidStream,
  kAnothersCertificate,
  kCertificateOfNoStore,
  kCertificateOfAnotherPerson,
  kRoleChangedSince,
};
constexpr Credential kCredentials[] = {Credential::kValid,
                                       Credential::kNoReadProof,
                                       Credential::kRevoked,
                                       Credential::kRevokedMidStream,
                                       Credential::kAnothersCertificate,
                                       Credential::kCertificateOfNoStore,
                                       Credential::kCertificateOfAnotherPerson,
                                       Credential::kRoleChangedSince};

std::string NameOf(State state) {
  constexpr const char* kNames[] = {"there", "absent", "deleted", "erased", "elsewhere"};
  return kNames[static_cast<int>(state)];
}

std::string NameOf(Credential credential) {
  constexpr const char* kNames[] = {"valid",     "no read proof", "revoked",           "revoked mid-stream",
                                    "another's", "of no store",   "of another person", "role changed"};
  return kNames[static_cast<int>(credential)];
}

// --- What must be: by the table of authority, and by how areas are given (server/admin/grants.h).

enum class Use { kNone, kRead, kHandIn, kReadWrite };

bool IsOneOf(Role role, std::initializer_list<Role> roles) { return std::ranges::count(roles, role) > 0; }
bool IsStaff(Role role) {
  return IsOneOf(role, {Role::kOutreach, Role::kHealth, Role::kInstructor, Role::kCoordinator});
}

Use UseOf(Role role, Where where, v1::ScopeKind kind) {
  if (kind == v1::SCOPE_KIND_DIRECTORY) {
    if (where == Where::kAbroad) return Use::kNone;
    if (IsOneOf(role, {Role::kInstructor, Role::kCoordinator})) return Use::kReadWrite;
    return IsStaff(role) || role == Role::kPartner ? Use::kRead : Use::kNone;
  }
  if (where == Where::kNeighbour || where == Where::kAbroad) return Use::kNone;
  const bool health = kind == v1::SCOPE_KIND_AREA_HEALTH;
  if (health && role != Role::kHealth) return Use::kNone;
  if (role == Role::kPartner) return Use::kHandIn;
  if (!IsStaff(role)) return Use::kNone;
  return where == Where::kHandIn ? Use::kHandIn : Use::kReadWrite;
}

const TypeRule& RuleOf(RecordType type) { return *std::ranges::find(TypeRules(), type, &TypeRule::type); }
bool Has(uint32_t roles, Role role) { return (roles & (1u << static_cast<int>(role))) != 0; }

struct Expected {
  std::string told;   // the verdict; "" = none at all
  bool done = false;  // it took effect
};

constexpr char kNotPermitted[] = "REFUSAL_CODE_NOT_PERMITTED";

// Somebody of that role whose store stands as it should.
Expected ByTheTable(Role role, const RecordTypeInfo& info, Where where, State state) {
  if (state == State::kErased) return {"erased"};
  const TypeRule& rule = RuleOf(info.type);
  const Use use = UseOf(role, where, info.scope_kind);
  const bool may =
      Has(rule.writers | rule.referrers, role) && (use == Use::kReadWrite || use == Use::kHandIn);
  if (!may) return {kNotPermitted};
  if (use == Use::kReadWrite) {
    if (state == State::kElsewhere) return {kNotPermitted};
    if (state == State::kThere && IsLedgerEntry(info.type)) return {"REFUSAL_CODE_LEDGER_ENTRY"};
    return {"applied", true};
  }
  // Who hands in and reads nothing makes new records only, about people whom he brought; what would tell him of others is told
  // as applied.
  if (state != State::kAbsent) return {kNotPermitted};
  const bool about_anothers = info.subject == SubjectRule::kCitizen || info.subject == SubjectRule::kOptional;
  return {"applied", !about_anothers};
}

Expected Must(Credential credential, Role role, const RecordTypeInfo& info, Where where, State state) {
  switch (credential) {
    case Credential::kValid:
    case Credential::kNoReadProof:
    case Credential::kRoleChangedSince: return ByTheTable(role, info, where, state);
    case Credential::kRevoked:
      return {state == State::kErased ? std::string("erased") : "REFUSAL_CODE_REVOKED"};
    default: return {};
  }
}

bool MustRead(Role role, const RecordTypeInfo& info, Where where) {
  if (!Has(RuleOf(info.type).readers, role)) return false;
  if (info.scope_kind == v1::SCOPE_KIND_DIRECTORY) return where != Where::kAbroad;
  return where == Where::kOwn || (where == Where::kMoved && info.subject == SubjectRule::kNone);
}

// --- The question, and the answer.

struct Cell {
  const RecordTypeInfo* info;
  Where where;
  State state;
  Draft draft;
  std::string told;
};

// What is about nobody cannot be erased; a record elsewhere is one of the neighbour's, whom the directory has none of.
bool Exists(const RecordTypeInfo& info, Where where, State state) {
  const bool about_nobody = info.subject == SubjectRule::kNone;
  if (state == State::kErased) return !about_nobody;
  if (state == State::kDeleted) return !IsLedgerEntry(info.type);
  if (state != State::kElsewhere) return true;
  return info.scope_kind == v1::SCOPE_KIND_DIRECTORY ? where != Where::kAbroad : where != Where::kNeighbour;
}

class Questioner {
 public:
  Questioner(const MatrixWorld& world, HandDevice& device) : world_(world), device_(device) {}

  Draft Ask(const RecordTypeInfo& info, Where where, State state) {
    switch (state) {
      case State::kThere: return PatchOf(world_.RecordAt(info.type, where));
      case State::kDeleted: return PatchOf(world_.DeletedAt(info.type, where));
      case State::kAbsent: return NewAbout(info, where, world_.CitizenAt(where));
      case State::kErased: return NewAbout(info, where, world_.ErasedAt(where), /*herself=*/true);
      case State::kElsewhere: break;
    }
    const bool directory = info.scope_kind == v1::SCOPE_KIND_DIRECTORY;
    Draft draft = PatchOf(world_.RecordAt(info.type, directory ? Where::kAbroad : Where::kNeighbour));
    draft.envelope.clear_scopes();
    *draft.envelope.add_scopes() = world_.ScopeAt(info, where).ToProto();
    return draft;
  }

 private:
  Draft PatchOf(const Draft& create) {
    const RecordTypeInfo& info = *FindRecordType(create.envelope.record_type());
    const std::unique_ptr<google::protobuf::Message> content(info.prototype->New());
    EXPECT_TRUE(content->ParseFromString(create.payload.fields()));
    return device_.Patch(create, *OneFieldOf(*content), {create.intent()});
  }
  Draft NewAbout(const RecordTypeInfo& info, Where where, RecordId citizen, bool herself = false) {
    const auto content = world_.ContentOf(info, where, citizen);
    auto* person = dynamic_cast<v1::Citizen*>(content.get());
    if (person != nullptr) person->set_name("Brought by himself");
    return device_.Create(*content, world_.ScopeAt(info, where),
                          person != nullptr && herself ? citizen : RecordId());
  }

  const MatrixWorld& world_;
  HandDevice& device_;
};

// One device's session with a copy of the world.
class Conversation {
 public:
  Conversation(MatrixWorld& world, Role role, Credential credential)
      : world_(world),
        role_(role),
        credential_(credential),
        base_(world.clock(), "", world.Copy()),
        device_(world.DeviceOf(role)) {}

  // Of the role that counts: what he was given since, where it changed.
  Role role() const {
    if (credential_ != Credential::kRoleChangedSince) return role_;
    return role_ == Role::kOutreach ? Role::kPartner : Role::kOutreach;
  }

  void Hold() {
    Prepare();
    AskEverything();
    session_ = base_.Connect(PeerSpoken());
    session_->Hear(device_.HelloRequest());
    Listen();
    if (credential_ == Credential::kRevokedMidStream) base_.Revoke(Code(), v1::REVOCATION_REASON_LOST);
    after_revocation_ = credential_ == Credential::kRevokedMidStream;
    constexpr size_t kInOnePush = 100;
    std::vector<v1::SealedMutation> some;
    for (Cell& cell : cells_) {
      cell_of_[device_.next_seq] = &cell;
      some.push_back(device_.Seal(cell.draft));
      if (some.size() == kInOnePush) Push(some);
    }
    Push(some);
  }

  std::vector<Cell>& cells() { return cells_; }
  bool TookEffect(const Cell& cell) {
    return base_.store().FindMerged(cell.draft.intent()).value().has_value();
  }
  // Before it pushed: the records that it was told, and every byte; of any entry at any time the record's id.
  const std::set<std::string>& put() const { return put_; }
  const std::string& heard() const { return heard_; }
  const std::set<std::string>& named() const { return named_; }
  const std::vector<v1::Grant>& grants() const { return grants_; }
  bool told_after_revocation() const { return told_after_revocation_; }

 private:
  std::string Code() const { return std::string(RoleName(role_)); }

  void Prepare() {
    if (credential_ == Credential::kRevoked) base_.Revoke(Code(), v1::REVOCATION_REASON_LOST);
    if (credential_ == Credential::kRoleChangedSince) {
      base_.GiveRole(Code(), std::string(RoleName(role())));
      world_.clock().Advance(absl::Seconds(1));
    }
    device_.locked = credential_ == Credential::kNoReadProof;
  }

  Peer PeerSpoken() const {
    const HandDevice& another = world_.DeviceOf(role_ == Role::kHealth ? Role::kCoordinator : Role::kHealth);
    switch (credential_) {
      case Credential::kAnothersCertificate: return another.peer;
      case Credential::kCertificateOfNoStore:
        return {Code(), StoreId::Make(world_.clock().WallNow(), SystemRandom())};
      case Credential::kCertificateOfAnotherPerson: return {another.peer.staff_code, device_.peer.store};
      default: return device_.peer;
    }
  }

  void AskEverything() {
    Questioner questioner(world_, device_);
    for (const RecordTypeInfo& info : AllRecordTypes()) {
      for (const Where where : kEverywhere) {
        for (const State state : kStates) {
          if (Exists(info, where, state))
            cells_.push_back({&info, where, state, questioner.Ask(info, where, state), ""});
        }
      }
    }
  }

  void Push(std::vector<v1::SealedMutation>& some) {
    if (some.empty()) return;
    pushed_ = true;
    session_->Hear(device_.Request(device_.Push(some)));
    some.clear();
    Listen();
  }

  void Listen() {
    for (const v1::SyncResponse& said : session_->SayAll()) {
      if (!pushed_) heard_ += said.SerializeAsString();
      if (said.has_welcome()) grants_ = {said.welcome().grants().begin(), said.welcome().grants().end()};
      told_after_revocation_ |= after_revocation_ && (said.has_page() || said.has_current());
      for (const v1::Verdict& verdict : said.ack().verdicts()) Note(verdict);
      for (const v1::FeedEntry& entry : said.page().entries()) {
        named_.insert(entry.record_id());
        if (!pushed_ && entry.change() == v1::FEED_CHANGE_PUT) put_.insert(entry.record_id());
      }
      if (said.has_page()) Acknowledge();
    }
  }

  void Note(const v1::Verdict& verdict) {
    const auto cell = cell_of_.find(verdict.seq());
    ASSERT_NE(cell, cell_of_.end());
    std::string& told = cell->second->told;
    if (verdict.has_applied()) told = "applied";
    if (verdict.has_erased()) told = "erased";
    if (verdict.has_quarantined()) told = v1::RefusalCode_Name(verdict.quarantined().code());
    if (verdict.has_id_reused()) told = "id-reused";
  }

  void Acknowledge() {
    v1::SyncRequest request;
    request.mutable_page_ack()->set_page_count(1);
    session_->Hear(request);
  }

  MatrixWorld& world_;
  const Role role_;
  const Credential credential_;
  TestBase base_;
  HandDevice device_;
  std::vector<Cell> cells_;
  std::map<uint64_t, Cell*> cell_of_;
  std::shared_ptr<BaseSession> session_;
  std::set<std::string> put_, named_;
  std::string heard_;
  std::vector<v1::Grant> grants_;
  bool pushed_ = false, after_revocation_ = false, told_after_revocation_ = false;
};

class SyncMatrix : public testing::TestWithParam<Credential> {
 protected:
  static void SetUpTestSuite() { world_ = &MatrixWorld::Get(); }
  static void TearDownTestSuite() { std::cout << "cells of Sync: " << cells_ << "\n"; }

  static bool Reads(Credential credential) {
    return credential == Credential::kValid || credential == Credential::kRoleChangedSince ||
           credential == Credential::kRevokedMidStream;
  }
  // Whose role changed is given every area that he had, in the way of the new one.
  static Where SeenBy(Credential credential, Where where) {
    const bool given = credential == Credential::kRoleChangedSince && where == Where::kHandIn;
    return given ? Where::kOwn : where;
  }

  static void ExpectVerdicts(Credential credential, Conversation& talk) {
    for (const Cell& cell : talk.cells()) {
      const Expected must =
          Must(credential, talk.role(), *cell.info, SeenBy(credential, cell.where), cell.state);
      EXPECT_EQ(cell.told, must.told)
          << cell.info->name << ' ' << NameOf(cell.where) << ' ' << NameOf(cell.state);
      EXPECT_EQ(talk.TookEffect(cell), must.done)
          << cell.info->name << ' ' << NameOf(cell.where) << ' ' << NameOf(cell.state);
      ++cells_;
    }
  }

  // What he may read came before he handed anything in; of what he may not, neither an id nor a word ever came.
  static void ExpectPages(Credential credential, Conversation& talk) {
    std::set<Where> words;
    for (const RecordTypeInfo& info : AllRecordTypes()) {
      for (const Where where : kEverywhere) {
        const std::string id = world_->RecordAt(info.type, where).envelope.record_id();
        const bool must = Reads(credential) && MustRead(talk.role(), info, SeenBy(credential, where));
        EXPECT_EQ(talk.put().contains(id), must) << info.name << ' ' << NameOf(where);
        EXPECT_TRUE(must || !talk.named().contains(id)) << info.name << ' ' << NameOf(where);
        if (must && info.subject == SubjectRule::kSelf) words.insert(where);
        ++cells_;
      }
    }
    for (const Where where : kEverywhere) {
      const bool heard = talk.heard().find(MatrixWorld::CanaryOf(where)) != std::string::npos;
      EXPECT_EQ(heard, words.contains(where)) << "the words of " << NameOf(where);
    }
  }

  static void ExpectGrants(Credential credential, Conversation& talk) {
    for (const v1::Grant& grant : talk.grants())
      EXPECT_TRUE(MayHold(talk.role(), grant.scope().kind(), grant.mode())) << grant.ShortDebugString();
    const bool any = Reads(credential) && (IsStaff(talk.role()) || talk.role() == Role::kPartner);
    EXPECT_TRUE(any == !talk.grants().empty() || talk.role() == Role::kEvaluator);
  }

  static MatrixWorld* world_;
  static int cells_;
};

MatrixWorld* SyncMatrix::world_ = nullptr;
int SyncMatrix::cells_ = 0;

TEST_P(SyncMatrix, EachRoleWritesAndReadsWhatTheTableSaysAndNothingElse) {
  const Credential credential = GetParam();
  for (const Role role : Roles()) {
    SCOPED_TRACE(std::string(RoleName(role)) + ", " + NameOf(credential));
    Conversation talk(*world_, role, credential);
    talk.Hold();
    ExpectVerdicts(credential, talk);
    ExpectPages(credential, talk);
    ExpectGrants(credential, talk);
    EXPECT_FALSE(talk.told_after_revocation());
  }
}

INSTANTIATE_TEST_SUITE_P(EveryCredential, SyncMatrix, testing::ValuesIn(kCredentials), [](const auto& info) {
  std::string name = NameOf(info.param);
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
});

}  // namespace
}  // namespace opgang
