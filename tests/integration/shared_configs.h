#pragma once

#include <string>
#include <vector>

/// Real configurations of the reference. They are not ours to ship, so a checkout may lack them.
namespace telemill::integration {

/// Their paths in order; none where the folder is not there.
std::vector<std::string> shared_configs();
/// Why a test that needs them is skipped.
std::string no_shared_configs();
/// Sets the variables that they refer to, for this process and its children.
void set_variables_of_shared_configs();

}  // namespace telemill::integration
