# What v7.3 calls otherwise than v7.0-rc2
s/REQUIRE_COHERENCE/REQUIRE_COHERENT/g
s/\<ib_umem_get\>/ib_umem_get_va/g
