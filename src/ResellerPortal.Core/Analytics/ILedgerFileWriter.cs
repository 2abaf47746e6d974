using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Analytics;

/// <summary>A ledger entry and what the reseller paid for it.</summary>
public sealed record LedgerEntryCost(LedgerEntry Entry, long CostMicros, Currency Currency);

/// <summary>Writes ledger entries to a file that analytical databases read.</summary>
public interface ILedgerFileWriter
{
    /// <summary>The extension of the files, without a dot.</summary>
    string Extension { get; }

    /// <summary>
    /// Writes the entries as they come, without holding all of them. Leaves out what people may have typed: names and references.
    /// </summary>
    Task WriteAsync(Stream stream, IAsyncEnumerable<LedgerEntryCost> entries, CancellationToken cancellationToken);
}
