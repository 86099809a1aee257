// What a worker sees: confirmed records with the store's own unsent work on top.
//
//     visible  =  confirmed records  +  own mutations not yet contained in them, replayed in order
//
// An index in memory over the opened records of one unlocked store. Built at unlock, kept up to date by every save
// and every applied page. Not thread-safe: it lives on the thread of its store. References stay valid until the
// store's next save or sync.
#ifndef OPGANG_VIEW_H_
#define OPGANG_VIEW_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/ids.h"
#include "core/places/danish_address.h"
#include "core/records/registry.h"
#include "core/rules/response_case.h"
#include "google/protobuf/message.h"
#include "opgang/lazy_record.h"

namespace opgang {

struct VisibleRecord {
  RecordId id;
  const RecordTypeInfo* type = nullptr;
  LazyRecord record;  // with field states, alternatives and provenance
  RecordId subject;   // the citizen it is about; empty = none
  std::vector<Scope> scopes;
  bool unsent = false;           // own work that the base has not confirmed is in it
  bool needs_attention = false;  // own work in it was refused by the base
  Interval recorded;             // when the create was recorded: the base's evidence, else this device's

  // record.fields as a message of the type; an empty one where they are none. Parsed at the first question: that one is for
  // one thread, also where the record is const.
  const google::protobuf::Message& content() const;
  // Parses them now; false: they are none.
  bool Parse() const;

  template <typename T>
  const T& As() const {
    return static_cast<const T&>(content());
  }

 private:
  mutable std::shared_ptr<const google::protobuf::Message> content_;  // null: nobody asked yet
};

// One line of the due list.
struct CaseLine {
  ResponseCase response_case;
  const VisibleRecord* citizen = nullptr;  // may be null: known only by id
  const VisibleRecord* inquiry = nullptr;
};

struct SearchHit {
  const VisibleRecord* record = nullptr;
  // What matched: "address", "name", "telephone", "slip", "handle".
  std::string_view by;
};

class View {
 public:
  virtual ~View() = default;

  virtual const VisibleRecord* Find(RecordId id) const = 0;
  // Living records of one type, oldest first.
  virtual std::vector<const VisibleRecord*> OfType(RecordType type) const = 0;
  // Living records about a citizen, oldest first, and those of citizens joined to it as the same person.
  virtual std::vector<const VisibleRecord*> About(RecordId citizen) const = 0;

  // In Danish order of street, then number. Closed ones are left out.
  virtual std::vector<const VisibleRecord*> Entrances() const = 0;
  // In visiting order. Closed ones are left out.
  virtual std::vector<const VisibleRecord*> DwellingsOf(RecordId entrance) const = 0;
  // The dwelling with that floor and door; nullptr where the register has none.
  virtual const VisibleRecord* FindDwelling(RecordId entrance, const DoorName& door) const = 0;
  // Visits to one door (or, with an empty door name, to the entrance as a whole), newest first.
  virtual std::vector<const VisibleRecord*> VisitsTo(RecordId entrance, const DoorName& door) const = 0;
  virtual std::vector<const VisibleRecord*> CitizensAt(RecordId entrance, const DoorName& door) const = 0;

  // All cases as of `now`, most urgent first; `open_only` leaves out met and closed ones.
  virtual std::vector<CaseLine> Cases(absl::Time now, bool open_only) const = 0;
  virtual std::vector<CaseLine> CasesOfCitizen(RecordId citizen, absl::Time now) const = 0;

  // By part of a name, an address, a telephone number, a slip number, or a handle; best first, at most `limit`.
  virtual std::vector<SearchHit> Search(std::string_view words, size_t limit) const = 0;
  // Records in which values of several people stand side by side (core/merge/open_conflicts.h says which).
  virtual std::vector<const VisibleRecord*> WithAlternatives() const = 0;

  // The short handle of a record on this device: at least three characters of Crockford base 32 in lower case,
  // as many as make it unique here ("k7f"). Longer ones of the same record stay valid.
  virtual std::string HandleOf(RecordId id) const = 0;
  // kNotFound, or kAmbiguous where it fits several.
  virtual absl::StatusOr<const VisibleRecord*> ByHandle(std::string_view handle) const = 0;
};

}  // namespace opgang

#endif  // OPGANG_VIEW_H_
