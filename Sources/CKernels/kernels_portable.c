// The kernels with the instructions that every processor of the architecture has.

#define LEVEL portable
#include "body/all.h"
#include "body/table.h"
