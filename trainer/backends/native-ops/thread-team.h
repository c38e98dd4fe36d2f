// A few threads that share one piece of work at a time: the C interface for ops of one's own offers none of TensorFlow's.
#pragma once

#include <functional>

namespace mixprop {

// Number of threads that `share` uses: the processors that this process may run on, or fewer where TF_NUM_INTRAOP_THREADS
// says so.
int team_size();

// Runs work(0) … work(team_size() − 1), each on a thread of its own, and returns when all are done.
void share(const std::function<void(int member)>& work);

}  // namespace mixprop
