// Conflicts, and what became of values.
#include "cli-client/text/catalogue.h"

namespace opgang::cli {
namespace {

constexpr CatalogueEntry kTexts[] = {
    {"conflicts.open", "Open conflicts: {count} (opgang conflicts).",
     "Åbne konflikter: {count} (opgang conflicts)."},
    {"conflicts.none", "No open conflicts.", "Ingen åbne konflikter."},
    {"conflicts.none-here", "Nothing is in conflict there.", "Intet er i konflikt dér."},
    {"conflicts.line", "{handle} {type}, {label}: {field}, {count} values",
     "{handle} {type}, {label}: {field}, {count} værdier"},
    {"conflicts.whole-record", "the record", "posten"},
    {"conflicts.keep", "keep it", "behold den"},
    {"conflicts.delete", "delete it", "slet den"},
    {"conflicts.somebody", "somebody", "en anden"},
    {"conflicts.on-device", "{author} on {device}", "{author} på {device}"},
    {"conflicts.newer-field", "a field of a newer app: settle it there, or at the base",
     "et felt fra en nyere app: afgør det dér eller på basen"},
    {"conflicts.how", "Settle: opgang conflicts settle {handle}", "Afgør: opgang conflicts settle {handle}"},
    {"conflicts.choose-field", "Which one?", "Hvilken?"},
    {"conflicts.which-field", "--field says which is to be settled: {fields}.",
     "--field siger, hvad der skal afgøres: {fields}."},
    {"conflicts.no-such-value", "There is no such value there: opgang conflicts show lists them.",
     "Den værdi er der ikke: opgang conflicts show viser dem."},
    {"conflicts.needs-choice",
     "Say which: --take and its number (a deleted record: --keep or --delete), or --json-input.",
     "Sig hvilken: --take og dens nummer (en slettet post: --keep eller --delete), eller --json-input."},
    {"conflicts.only-field", "The input sets nothing but the field to be settled: {field}.",
     "Inputtet sætter kun feltet, der skal afgøres: {field}."},
    {"conflicts.settled", "Settled: {handle}.", "Afgjort: {handle}."},
    {"show.deleted-by-somebody", "SOMEBODY DELETED THIS, somebody else edited it: opgang conflicts",
     "NOGEN HAR SLETTET DENNE, en anden har rettet den: opgang conflicts"},
    {"history.head", "History, as far as this device knows it (the base knows all):",
     "Historik, så vidt denne enhed kender den (basen kender alt):"},
    {"history.stands", "stands", "gælder"},
    {"history.stands-beside", "stands beside", "står ved siden af"},
    {"history.replaced", "replaced by {who}", "erstattet af {who}"},
    {"history.came-late", "came after {who} had replaced it", "kom, efter at {who} havde erstattet den"},
    {"history.no-longer", "no longer stands", "gælder ikke længere"},
    {"help.conflicts", "what several people wrote about the same field",
     "hvad flere har skrevet om samme felt"},
    {"help.conflicts.list", "all of it", "det hele"},
    {"help.conflicts.show", "one record's, with who wrote what and when",
     "én posts, med hvem der skrev hvad og hvornår"},
    {"help.conflicts.settle", "choose one of the values, or type a new one",
     "vælg én af værdierne, eller skriv en ny"},
    {"help.conflicts.field", "name of the field, where several are open", "feltets navn, hvis flere er åbne"},
    {"help.conflicts.take", "number of the value, as show lists them", "værdiens nummer, som show viser dem"},
    {"help.conflicts.keep", "a record that somebody deleted: keep it",
     "en post, nogen har slettet: behold den"},
    {"help.conflicts.delete", "the same: delete it", "den samme: slet den"},
    {"help.show.history", "with what its fields held before", "med hvad felterne har holdt før"},
};

}  // namespace

std::span<const CatalogueEntry> ConflictTexts() { return kTexts; }

}  // namespace opgang::cli
