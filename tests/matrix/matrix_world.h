// The world that the matrix of authority asks about: one base, two municipalities, somebody of every role with a device, and a
// record of every type of the register in every place and state. Made once, with the engine that ships; each question is put
// to a copy of it.
#ifndef OPGANG_TESTS_MATRIX_MATRIX_WORLD_H_
#define OPGANG_TESTS_MATRIX_MATRIX_WORLD_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/records/registry.h"
#include "server/engine/authority.h"
#include "tests/support/hand_device.h"
#include "tests/support/test_base.h"

namespace opgang {

// Every role that a person can have: all but the base's own.
std::vector<Role> Roles();

// Where something stands, seen by somebody of the world.
enum class Where {
  kOwn,        // an area given to him in the way of his role
  kHandIn,     // an area that he may hand in to and read nothing of
  kNeighbour,  // an area of his municipality that is not his
  kAbroad,     // another municipality's
  kMoved,  // stood in his own, and moved to the neighbour with its citizen; no open case keeps it in sight
};
inline constexpr Where kEverywhere[] = {Where::kOwn, Where::kHandIn, Where::kNeighbour, Where::kAbroad,
                                        Where::kMoved};
std::string NameOf(Where where);
std::string NameOfAreaAt(Where where);  // of kMoved: the area where it stood

// Records of this type are entries of a ledger: nobody changes or deletes one.
bool IsLedgerEntry(RecordType type);

class MatrixWorld {
 public:
  // The one that all tests ask; it goes with the program.
  static MatrixWorld& Get();

  static constexpr int kSpares = 4;  // things that can be asked for with effect, of each kind in each place

  MatrixWorld();
  ~MatrixWorld();

  // A copy of the base's directory, to be opened and changed. Goes with the TestBase that is made of it; else the caller's.
  std::filesystem::path Copy() const;

  // Of that role, as it was when it was enrolled: to be copied.
  const HandDevice& DeviceOf(Role role) const { return *devices_.at(role); }
  // Whoever wrote the area's citizens there: to be copied.
  const HandDevice& WriterOf(Where where) { return WriterAt(where, RecordTypeOf<v1::Citizen>()); }
  // Where a new record of the type belongs, as somebody believes who works there.
  Scope ScopeAt(const RecordTypeInfo& info, Where where) const;

  // The create of the record of that type there; of the deleted one.
  const Draft& RecordAt(RecordType type, Where where) const { return there_.at({type, where}); }
  const Draft& DeletedAt(RecordType type, Where where) const { return deleted_.at({type, where}); }
  RecordId CitizenAt(Where where) const { return citizens_.at(where); }
  RecordId ErasedAt(Where where) const { return erased_.at(where); }
  // Content of a sound record there, about that citizen where it is about one.
  std::unique_ptr<google::protobuf::Message> ContentOf(const RecordTypeInfo& info, Where where,
                                                       RecordId citizen) const;

  // For what is asked with effect, kSpares of each.
  const std::vector<RecordId>& ConflictsAt(Where where) const { return conflicts_.at(where); }
  const std::vector<IntentId>& RefusedAt(Where where) const { return refused_.at(where); }
  const std::vector<std::string>& StaffAt(Where where) const { return staff_.at(where); }
  const std::vector<StoreId>& StoresAt(Where where) const { return stores_.at(where); }
  // Which of several values stands in front of a conflict's: one that can be taken.
  IntentId ValueIn(RecordId conflict) const { return values_.at(conflict); }

  // What stands in every text that somebody typed there, and in nothing else.
  static std::string CanaryOf(Where where);

  ManualClock& clock() { return clock_; }

 private:
  using Key = std::pair<RecordType, Where>;

  void AddPeople();
  void GiveWhatHisRoleMayNotHold(Role role);
  void AddRecords(Where where);
  void AddDeleted(Where where);
  void AddErased(Where where);
  void AddConflicts(Where where);
  void AddRefused(Where where);
  void AddStaff(Where where);
  void MoveCitizen();
  HandDevice& WriterAt(Where where, const RecordTypeInfo& info);
  Draft Committed(HandDevice& writer, const Draft& draft);
  AreaId AreaAt(Where where) const { return areas_.at(NameOfAreaAt(where)); }
  MunicipalityId MunicipalityAt(Where where) const {
    return where == Where::kAbroad ? abroad_ : kDefaultMunicipality;
  }

  ManualClock clock_;
  std::unique_ptr<TestBase> base_;
  MunicipalityId abroad_;
  std::map<std::string, AreaId> areas_;
  std::map<Role, std::unique_ptr<HandDevice>> devices_;
  // Who made the world: by municipality one who may write clinical records, and one who plans groups.
  std::map<std::string, std::unique_ptr<HandDevice>> writers_;
  std::map<Key, Draft> there_, deleted_;
  std::map<Where, RecordId> citizens_, erased_;
  std::map<Where, std::vector<RecordId>> conflicts_;
  std::map<RecordId, IntentId> values_;
  std::map<Where, std::vector<IntentId>> refused_;
  std::map<Where, std::vector<std::string>> staff_;
  std::map<Where, std::vector<StoreId>> stores_;
};

// A value of `content` set again, alone: the least that a patch can say. A text where there is one.
std::unique_ptr<google::protobuf::Message> OneFieldOf(const google::protobuf::Message& content);

}  // namespace opgang

#endif  // OPGANG_TESTS_MATRIX_MATRIX_WORLD_H_
