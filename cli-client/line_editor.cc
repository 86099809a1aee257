#include "cli-client/line_editor.h"

#include <histedit.h>

#include <cstdio>
#include <vector>

#include "cli-client/completion.h"
#include "cli-client/raw_mode.h"

namespace opgang::cli {
namespace {

constexpr size_t kShownMatches = 12;

// What libedit's callbacks see: the request, and whether Ctrl-C was pressed.
struct Talk {
  const LineRequest* request = nullptr;
  bool left = false;
};

Talk& TalkOf(::EditLine* editor) {
  void* data = nullptr;
  el_get(editor, EL_CLIENTDATA, &data);
  return *static_cast<Talk*>(data);
}

char* PromptOf(::EditLine* editor) { return const_cast<char*>(TalkOf(editor).request->prompt.c_str()); }

unsigned char OnLeave(::EditLine* editor, int) {
  TalkOf(editor).left = true;
  return CC_EOF;
}

int CharacterCount(std::string_view utf8) {
  int count = 0;
  for (char c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

void ShowMatches(const std::vector<std::string>& matches) {
  std::string list = "\n";
  for (size_t i = 0; i < matches.size() && i < kShownMatches; ++i) list += "  " + matches[i] + "\n";
  if (matches.size() > kShownMatches) list += "  …\n";
  std::fputs(list.c_str(), stderr);
}

unsigned char OnComplete(::EditLine* editor, int) {
  const LineRequest& request = *TalkOf(editor).request;
  if (request.candidates == nullptr) return CC_ERROR;
  const LineInfo* info = el_line(editor);
  const std::string typed(info->buffer, info->cursor);
  const Completion completion = Complete(typed, *request.candidates);
  if (completion.matches.empty()) return CC_ERROR;
  if (completion.line != typed) {
    el_deletestr(editor, CharacterCount(typed));
    el_insertstr(editor, completion.line.c_str());
  }
  if (completion.matches.size() == 1) return CC_REFRESH;
  ShowMatches(completion.matches);
  return CC_REDISPLAY;
}

void Configure(::EditLine* editor, Talk* talk) {
  el_set(editor, EL_CLIENTDATA, talk);
  el_set(editor, EL_PROMPT, PromptOf);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(editor, EL_ADDFN, "opgang-complete", "Complete", OnComplete);
  el_set(editor, EL_ADDFN, "opgang-leave", "Leave", OnLeave);
  el_set(editor, EL_BIND, "^I", "opgang-complete", nullptr);
  el_set(editor, EL_BIND, "^C", "opgang-leave", nullptr);
}

}  // namespace

struct LineEditor::State {
  Talk talk;
  ::EditLine* editor = nullptr;
};

LineEditor::LineEditor() : state_(std::make_unique<State>()) {}

LineEditor::~LineEditor() {
  if (state_->editor != nullptr) el_end(state_->editor);
}

std::optional<std::string> LineEditor::Edit(const LineRequest& request) {
  if (state_->editor == nullptr) {
    state_->editor = el_init("opgang", stdin, stderr, stderr);
    Configure(state_->editor, &state_->talk);
  }
  const RawMode raw;  // libedit draws its prompt first: what is typed meanwhile is meant for it
  state_->talk = {&request, false};
  int size = 0;
  const char* line = el_gets(state_->editor, &size);
  if (line == nullptr || size <= 0 || state_->talk.left) {
    std::fputs("\n", stderr);
    return std::nullopt;
  }
  std::string text(line, static_cast<size_t>(size));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace opgang::cli
