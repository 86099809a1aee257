// Makes a dictionary for packing (core/packing/packing.h) of made-up records, and prints it as the source that holds it:
//
//   make_dictionary > core/packing/dictionary_1.cc      the same bytes each time
//
// Nothing of a real person ever goes into it: it stands in every program, and every queue refers to it. The sentences are
// other ones than those that bench/run.py measures with: what is measured must not have been learnt by heart.
#include <zdict.h>

#include <array>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "opgang/v1/citizen.pb.h"
#include "opgang/v1/mutation.pb.h"
#include "opgang/v1/record.pb.h"
#include "opgang/v1/response.pb.h"
#include "opgang/v1/sync.pb.h"

namespace opgang::bench {
namespace {

constexpr size_t kDictionaryBytes = 8 * 1024;
constexpr int kLists = 12;
constexpr int kRecordsInAList = 400;
constexpr std::array<std::string_view, 20> kNames = {
    "Mette", "Anders", "Hassan",  "Leyla",    "Birgit",      "Jens",   "Samira",
    "Poul",  "Inge",   "Omar",    "Andersen", "Christensen", "Larsen", "Rasmussen",
    "Abdi",  "Kaya",   "Thomsen", "Olsen",    "Karimi",      "Madsen"};
constexpr std::array<std::string_view, 28> kSentences = {
    "Vil gerne ringes op i morgen eftermiddag.",
    "Åbnede ikke, men der var lys i lejligheden.",
    "Er holdt op med at ryge, men kender en nabo, der gerne vil i gang.",
    "Har tid om mandagen og om torsdagen efter arbejde.",
    "Ønsker ikke at blive kontaktet igen.",
    "Har røget i mere end tyve år, mest om aftenen.",
    "Talte med os på arabisk; sønnen kan hjælpe med at oversætte.",
    "Vi aftalte at komme forbi igen i næste uge.",
    "Fik nummeret til rådgivningen og en brochure på tyrkisk.",
    "Har ondt i ryggen og kan ikke gå på trapper så længe.",
    "Spurgte, om det koster noget at være med. Det gør det ikke.",
    "Lægen har sagt, at hun skal stoppe inden operationen.",
    "Kommer måske sammen med sin søster til det første møde.",
    "Prøvede tyggegummi sidste år, og det hjalp lidt.",
    "Er gravid og vil gerne stoppe så hurtigt som muligt.",
    "Barnet har astma, og der ryges kun på altanen.",
    "Har allerede en tid hos sundhedscentret.",
    "Ville ikke sige sit navn, men tog imod et kort.",
    "Skal arbejde om natten hele måneden; vend tilbage til den første.",
    "Foretrækker en sms frem for et opkald.",
    "Vi mødtes ved legepladsen og snakkede i ti minutter.",
    "Bruger snus i stedet for cigaretter.",
    "Er bange for at blive irriteret på børnene, når han stopper.",
    "Motivationen er stor, men der er meget andet at tænke på lige nu.",
    "Har brug for hjælp til at finde vej til lokalet.",
    "Familien er på ferie til den femtende.",
    "Ryger ti til femten om dagen, den første lige efter at hun er stået op.",
    "Deltog i et kursus for tre år siden og var røgfri i et halvt år."};
constexpr int64_t kBegin = 1'790'000'000'000'000;  // about the autumn of 2026, microseconds since 1970
constexpr int64_t kHour = 3'600'000'000;

class Samples {
 public:
  void AddList(uint32_t seed) {
    random_.seed(seed);
    boot_ = Random(16);
    now_ = kBegin + static_cast<int64_t>(random_() % 9000) * kHour;
    std::string citizen;
    for (int made = 0; made < kRecordsInAList; ++made) {
      now_ += static_cast<int64_t>(random_() % 400) * 1'000'003;
      if (made % 4 == 0) {
        citizen = Random(16);
        Add(Citizen(), citizen);
      } else if (made % 4 == 1) {
        Add(Inquiry(citizen), citizen);
      } else {
        Add(Contact(citizen), citizen);
      }
    }
  }

  std::string Train() const {
    std::string dictionary(kDictionaryBytes, '\0');
    const size_t size = ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), all_.data(),
                                              sizes_.data(), static_cast<unsigned>(sizes_.size()));
    if (ZDICT_isError(size)) return {};
    dictionary.resize(size);
    return dictionary;
  }

 private:
  std::string Random(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  template <size_t N>
  std::string One(const std::array<std::string_view, N>& of) {
    return std::string(of[random_() % N]);
  }

  std::string Note() {
    std::string note = One(kSentences);
    for (size_t more = random_() % 3; more > 0; --more) note += " " + One(kSentences);
    return note;
  }

  v1::Citizen Citizen() {
    v1::Citizen citizen;
    citizen.set_name(One(kNames) + " " + One(kNames));
    citizen.set_telephone(std::to_string(20'000'000 + random_() % 70'000'000));
    citizen.set_language("da");
    citizen.set_birth_year(static_cast<int32_t>(1940 + random_() % 65));
    citizen.set_note(One(kSentences));
    return citizen;
  }

  v1::Inquiry Inquiry(const std::string& citizen) {
    v1::Inquiry inquiry;
    inquiry.set_citizen_id(citizen);
    inquiry.set_channel(static_cast<v1::Channel>(1 + random_() % 13));
    inquiry.set_safe_hours("efter kl. " + std::to_string(8 + random_() % 12));
    inquiry.set_note(Note());
    return inquiry;
  }

  v1::Contact Contact(const std::string& citizen) {
    v1::Contact contact;
    contact.set_citizen_id(citizen);
    contact.set_place(static_cast<v1::ContactPlace>(1 + random_() % 10));
    contact.add_topics(v1::TOPIC_SMOKING);
    contact.set_note(Note());
    return contact;
  }

  void Add(const google::protobuf::Message& content, const std::string& citizen) {
    Add(Payload(content).SerializeAsString());
    Add(Entry(content, citizen).SerializeAsString());
  }

  void Add(const std::string& sample) {
    all_ += sample;
    sizes_.push_back(sample.size());
  }

  v1::MutationPayload Payload(const google::protobuf::Message& content) {
    v1::MutationPayload payload;
    payload.set_action(v1::MUTATION_ACTION_CREATE);
    content.SerializeToString(payload.mutable_fields());
    payload.mutable_stamp()->set_wall_us(now_);
    v1::ClockEvidence& evidence = *payload.mutable_evidence();
    v1::ClockReading& captured = *evidence.mutable_captured();
    captured.set_wall_us(now_);
    captured.set_boot_id(boot_);
    captured.set_boottime_us(now_ - kBegin / 2);
    evidence.mutable_anchor()->set_base_us(now_ - kHour);
    v1::ClockReading& reading = *evidence.mutable_anchor()->mutable_reading();
    reading = captured;
    reading.set_wall_us(captured.wall_us() - kHour);
    reading.set_boottime_us(captured.boottime_us() - kHour);
    evidence.mutable_anchor()->set_uncertainty_us(static_cast<int64_t>(random_() % 90'000));
    return payload;
  }

  v1::FeedEntry Entry(const google::protobuf::Message& content, const std::string& subject) {
    v1::Record record;
    content.SerializeToString(record.mutable_fields());
    v1::Provenance& created = *record.mutable_created();
    created.set_intent_id(Random(16));
    created.set_author("amal");
    created.mutable_recorded()->set_earliest_us(now_);
    created.mutable_recorded()->set_latest_us(now_);
    created.set_received_us(now_ + kHour);
    *record.mutable_last_changed() = created;
    v1::FeedEntry entry;
    entry.set_change(v1::FEED_CHANGE_PUT);
    entry.set_record_id(Random(16));
    entry.set_record_type(6);
    entry.set_rev(random_() % 20'000);
    entry.set_subject_id(subject);
    record.SerializeToString(entry.mutable_record());
    return entry;
  }

  std::mt19937 random_;
  std::string boot_;
  int64_t now_ = 0;
  std::string all_;
  std::vector<size_t> sizes_;
};

void Print(const std::string& dictionary) {
  std::cout << "// clang-format off\n// Made by bench/make_dictionary.cc of made-up records. Never changed: "
               "queues and quarantines "
               "hold what it packed.\n"
               "#include \"core/packing/dictionary.h\"\n\nnamespace opgang {\nnamespace {\n\nconstexpr "
               "unsigned char kBytes[] = {";
  constexpr size_t kInALine = 26;
  for (size_t i = 0; i < dictionary.size(); ++i)
    std::cout << (i % kInALine == 0 ? "\n  " : "") << int{static_cast<unsigned char>(dictionary[i])} << ',';
  std::cout
      << "\n};\n\n}  // namespace\n\nstd::string_view Dictionary1() {\n"
         "  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes)};\n}\n\n}  // namespace opgang\n";
}

int Run() {
  Samples samples;
  for (uint32_t list = 0; list < kLists; ++list) samples.AddList(7000 + list);
  const std::string dictionary = samples.Train();
  if (dictionary.empty()) return 1;
  Print(dictionary);
  return 0;
}

}  // namespace
}  // namespace opgang::bench

int main() { return opgang::bench::Run(); }
