#include "tests/matrix/matrix_world.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "core/base/random.h"
#include "server/admin/enrolment.h"
#include "server/admin/staff.h"
#include "server/engine/transaction.h"
#include "tests/base/base_story.h"
#include "tests/records/sound_records.h"

namespace opgang {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kAbroad[] = "Anderby";

// Every other record that is named, is named by an id that nothing here has.
void NameNobody(Message& content, RecordId citizen) {
  const auto* reflection = content.GetReflection();
  for (int i = 0; i < content.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = content.GetDescriptor()->field(i);
    const bool id = field->type() == FieldDescriptor::TYPE_BYTES && !field->is_repeated() &&
                    !reflection->GetString(content, field).empty();
    if (!id) continue;
    const RecordId other = RecordId::Make(NoonOfTheFirst(), SystemRandom());
    reflection->SetString(&content, field,
                          field->name() == "citizen_id" ? citizen.ToBytes() : other.ToBytes());
  }
}

// How well a field does for a patch of one: a text best, an id last; 0: not at all.
int Fitness(const Message& content, const FieldDescriptor& field) {
  if (field.is_repeated() || field.name() == "citizen_id") return 0;
  if (!content.GetReflection()->HasField(content, &field)) return 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: return field.type() == FieldDescriptor::TYPE_STRING ? 4 : 1;
    case FieldDescriptor::CPPTYPE_MESSAGE: return 2;
    default: return 3;
  }
}

}  // namespace

std::vector<Role> Roles() {
  std::vector<Role> roles;
  try {
    for (int number = 0;; ++number) {
      const auto role = static_cast<Role>(number);
      if (!RoleName(role).empty() && role != Role::kBase) roles.push_back(role);
    }
  } catch (const std::out_of_range&) {  // behind the last that has a name
  }
  return roles;
}

std::string NameOf(Where where) {
  switch (where) {
    case Where::kOwn: return "own";
    case Where::kHandIn: return "hand-in";
    case Where::kNeighbour: return "neighbour";
    case Where::kAbroad: return "abroad";
    case Where::kMoved: return "moved";
  }
  return "";
}

std::string NameOfAreaAt(Where where) {
  switch (where) {
    case Where::kHandIn: return "Skrivelund";
    case Where::kNeighbour: return "Nabolund";
    case Where::kAbroad: return "Fjernlund";
    default: return "Testlund";
  }
}

bool IsLedgerEntry(RecordType type) { return type == RecordType::kNicotineHandOut; }

MatrixWorld& MatrixWorld::Get() {
  static MatrixWorld world;
  return world;
}

std::string MatrixWorld::CanaryOf(Where where) { return "Zq" + NameOf(where) + "kanari"; }

std::unique_ptr<Message> OneFieldOf(const Message& content) {
  const FieldDescriptor* best = nullptr;
  for (int i = 0; i < content.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = content.GetDescriptor()->field(i);
    if (Fitness(content, *field) > (best == nullptr ? 0 : Fitness(content, *best))) best = field;
  }
  std::unique_ptr<Message> one(content.New());
  if (best == nullptr) return one;
  one->CopyFrom(content);
  for (int i = 0; i < content.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = content.GetDescriptor()->field(i);
    if (field != best) one->GetReflection()->ClearField(one.get(), field);
  }
  return one;
}

MatrixWorld::MatrixWorld() : clock_(NoonOfTheFirst()), base_(std::make_unique<TestBase>(clock_)) {
  AddPeople();
  clock_.Advance(absl::Minutes(1));
  for (const Where where : kEverywhere) {
    AddRecords(where);
    AddDeleted(where);
    AddErased(where);
    AddConflicts(where);
    AddRefused(where);
    AddStaff(where);
  }
  MoveCitizen();
  clock_.Advance(absl::Minutes(1));
  base_->Close();
}

MatrixWorld::~MatrixWorld() = default;

std::filesystem::path MatrixWorld::Copy() const {
  const std::filesystem::path copy = MakeTestDirectory();
  std::filesystem::copy(
      base_->directory(), copy,
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  return copy;
}

void MatrixWorld::AddPeople() {
  BaseStore& store = base_->store();
  for (const char* name : {"Testlund", "Skrivelund", "Nabolund"}) areas_[name] = base_->Area(name);
  EXPECT_EQ(
      InTransaction(store,
                    [&]() -> absl::Status {
                      abroad_ = MunicipalityNamed(store, kAbroad, clock_.WallNow(), SystemRandom()).value();
                      areas_["Fjernlund"] =
                          AreaNamed(store, "Fjernlund", clock_.WallNow(), SystemRandom(), abroad_).value();
                      return absl::OkStatus();
                    }),
      absl::OkStatus());
  const auto add = [&](const std::string& code, Role role, MunicipalityId municipality) {
    auto device = std::make_unique<HandDevice>(*base_, clock_, code, "admin", std::vector<std::string>{});
    EXPECT_EQ(InTransaction(store,
                            [&] {
                              return store.PutStaff({code, role, 0, municipality});
                            }),
              absl::OkStatus());
    EXPECT_EQ(GrantDirectory(store, code, role), absl::OkStatus());
    return device;
  };
  for (const Role role : Roles()) {
    const std::string code(RoleName(role));
    devices_[role] = add(code, role, kDefaultMunicipality);
    base_->GiveArea(code, "Testlund");
    GiveWhatHisRoleMayNotHold(role);
  }
  for (const Where where : {Where::kOwn, Where::kAbroad}) {
    for (const Role role : {Role::kHealth, Role::kCoordinator}) {
      const std::string code = "w-" + std::string(RoleName(role)) + "-" + NameOf(where);
      writers_[code] = add(code, role, MunicipalityAt(where));
      for (const auto& [name, area] : areas_) {
        if ((name == "Fjernlund") != (where == Where::kAbroad)) continue;
        base_->Grant(code, AreaScope(area));
        base_->Grant(code, AreaHealthScope(area));
      }
    }
  }
}

// Rows that some mistake might leave there: they count for nothing.
void MatrixWorld::GiveWhatHisRoleMayNotHold(Role role) {
  const std::string code(RoleName(role));
  const AreaId own = areas_["Testlund"], hand_in = areas_["Skrivelund"];
  std::set<v1::ScopeKind> has;
  const auto grants = base_->store().Grants(code).value();
  for (const StoredGrant& grant : grants) has.insert(grant.scope.kind);
  for (const Scope& scope :
       {AreaScope(own), AreaHealthScope(own), AreaPlacesScope(own), DirectoryOf(kDefaultMunicipality)}) {
    if (!has.contains(scope.kind)) base_->Grant(code, scope);
  }
  base_->Grant(code, AreaScope(hand_in), v1::GRANT_MODE_WRITE_ONLY);
  base_->Grant(code, AreaHealthScope(hand_in), v1::GRANT_MODE_WRITE_ONLY);
}

HandDevice& MatrixWorld::WriterAt(Where where, const RecordTypeInfo& info) {
  const Role role = info.scope_kind == v1::SCOPE_KIND_DIRECTORY ? Role::kCoordinator : Role::kHealth;
  const Where municipality = where == Where::kAbroad ? where : Where::kOwn;
  return *writers_.at("w-" + std::string(RoleName(role)) + "-" + NameOf(municipality));
}

Scope MatrixWorld::ScopeAt(const RecordTypeInfo& info, Where where) const {
  switch (info.scope_kind) {
    case v1::SCOPE_KIND_DIRECTORY: return DirectoryOf(MunicipalityAt(where));
    case v1::SCOPE_KIND_AREA_HEALTH: return AreaHealthScope(AreaAt(where));
    default: return AreaScope(AreaAt(where));
  }
}

std::unique_ptr<Message> MatrixWorld::ContentOf(const RecordTypeInfo& info, Where where,
                                                RecordId citizen) const {
  auto content = SoundRecord(info.type);
  if (content == nullptr) return nullptr;
  NameNobody(*content, citizen);
  if (auto* person = dynamic_cast<v1::Citizen*>(content.get())) person->set_name(CanaryOf(where));
  return content;
}

Draft MatrixWorld::Committed(HandDevice& writer, const Draft& draft) {
  EXPECT_EQ(Word(writer.Commit(draft)), "applied") << draft.envelope.record_type();
  return draft;
}

void MatrixWorld::AddRecords(Where where) {
  citizens_[where] = RecordId::Make(clock_.WallNow(), SystemRandom());
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    const bool self = info.subject == SubjectRule::kSelf;
    const auto content = ContentOf(info, where, citizens_[where]);
    ASSERT_NE(content, nullptr) << "tests/records/sound_records.h knows no " << info.name;
    HandDevice& writer = WriterAt(where, info);
    there_[{info.type, where}] = Committed(
        writer, writer.Create(*content, ScopeAt(info, where), self ? citizens_[where] : RecordId()));
  }
}

void MatrixWorld::AddDeleted(Where where) {
  for (const RecordTypeInfo& info : AllRecordTypes()) {
    if (IsLedgerEntry(info.type)) continue;
    HandDevice& writer = WriterAt(where, info);
    const auto content = ContentOf(info, where, citizens_[where]);
    const Draft create = Committed(writer, writer.Create(*content, ScopeAt(info, where)));
    Draft removal = writer.Patch(create, *content, {create.intent()});
    removal.payload.set_action(v1::MUTATION_ACTION_DELETE);
    removal.payload.clear_fields();
    Committed(writer, removal);
    deleted_[{info.type, where}] = create;
  }
}

void MatrixWorld::AddErased(Where where) {
  const RecordTypeInfo& info = RecordTypeOf<v1::Citizen>();
  HandDevice& writer = WriterAt(where, info);
  const Draft create =
      Committed(writer, writer.Create(*ContentOf(info, where, RecordId()), ScopeAt(info, where)));
  erased_[where] = create.record();
  base_->Erase(create.record());
}

// Two who had not seen each other gave somebody another name each.
void MatrixWorld::AddConflicts(Where where) {
  const RecordTypeInfo& info = RecordTypeOf<v1::Citizen>();
  HandDevice& writer = WriterAt(where, info);
  HandDevice& other = WriterAt(where, RecordTypeOf<v1::Group>());
  for (int i = 0; i < kSpares; ++i) {
    const Draft create =
        Committed(writer, writer.Create(*ContentOf(info, where, RecordId()), ScopeAt(info, where)));
    const Draft one = writer.Patch(create, Called(CanaryOf(where) + " the first"), {create.intent()});
    Committed(writer, one);
    Committed(other, other.Patch(create, Called(CanaryOf(where) + " the second"), {create.intent()}));
    conflicts_[where].push_back(create.record());
    values_[create.record()] = one.intent();
  }
}

void MatrixWorld::AddRefused(Where where) {
  const RecordTypeInfo& info = RecordTypeOf<v1::Citizen>();
  HandDevice& writer = WriterAt(where, info);
  for (int i = 0; i < kSpares; ++i) {
    const Draft draft = writer.Create(Called(CanaryOf(where) + std::string(1000, 'x')), ScopeAt(info, where));
    EXPECT_EQ(Word(writer.Commit(draft)), "REFUSAL_CODE_TOO_LONG");
    refused_[where].push_back(draft.intent());
  }
}

void MatrixWorld::AddStaff(Where where) {
  BaseStore& store = base_->store();
  for (int i = 0; i < kSpares; ++i) {
    const std::string code = "s-" + NameOf(where) + "-" + std::to_string(i);
    const HandDevice device(*base_, clock_, code, "admin", {});
    EXPECT_EQ(InTransaction(store,
                            [&] {
                              return store.PutStaff({code, Role::kOutreach, 0, MunicipalityAt(where)});
                            }),
              absl::OkStatus());
    staff_[where].push_back(code);
    stores_[where].push_back(device.peer.store);
  }
}

// Everybody who stood in his area as kMoved moves to the neighbour.
void MatrixWorld::MoveCitizen() {
  HandDevice& writer = WriterAt(Where::kMoved, RecordTypeOf<v1::Citizen>());
  v1::Citizen moved;
  moved.set_area_id(areas_["Nabolund"].ToBytes());
  const auto move = [&](const Draft& create) { Committed(writer, writer.Patch(create, moved, {})); };
  move(there_.at({RecordType::kCitizen, Where::kMoved}));
  for (const RecordId& citizen : conflicts_[Where::kMoved]) {
    Draft create = there_.at({RecordType::kCitizen, Where::kMoved});
    create.envelope.set_record_id(citizen.ToBytes());
    create.envelope.set_subject_id(citizen.ToBytes());
    move(create);
  }
}

}  // namespace opgang
