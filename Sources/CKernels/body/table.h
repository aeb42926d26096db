// The table of this level's kernels, outside the target attribute: it is data.

const jk_table NAME(jk_table) = {
#define ENTRY(name, parameters, arguments) .name = NAME(name),
    JK_VOID_KERNELS(ENTRY) JK_DOUBLE_KERNELS(ENTRY) JK_BOOL_KERNELS(ENTRY)
#undef ENTRY
};
