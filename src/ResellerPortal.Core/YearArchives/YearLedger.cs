using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.YearArchives;

/// <summary>An entry of a chain and its hash; number 0 and 32 zero bytes before the first.</summary>
public sealed record ChainPosition(long Sequence, byte[] Hash)
{
    public static ChainPosition Start { get; } = new(0, LedgerHash.Genesis);
}

/// <summary>
/// The part of a customer's ledger that was recorded in a year: everything behind the last entry of the years before, up to the last entry
/// of this one. So the parts of all years make up the chain, whatever clocks the nodes had.
/// </summary>
public sealed record YearLedger(CustomerId CustomerId, ChainPosition Before, ChainPosition Last)
{
    public long Entries => Last.Sequence - Before.Sequence;
}
