// TensorFlow writes notes on instruction sets and the like to the standard error stream, where only errors are for the user.
// It reads TF_CPP_MIN_LOG_LEVEL (0 notes, 1 warnings, 2 errors) only when Python starts it: here, this does.

#include <cstdlib>

// absl::SetMinLogLevel as TensorFlow 2.21 exports it; null where another version is loaded, which then stays talkative.
extern "C" void set_minimum_log_level(int level) __asm__(
    "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE") __attribute__((weak));

namespace {

bool set_log_level() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (set_minimum_log_level != nullptr) set_minimum_log_level(level == nullptr ? 2 : std::atoi(level));
  return true;
}

[[maybe_unused]] const bool is_quiet = set_log_level();

}  // namespace
