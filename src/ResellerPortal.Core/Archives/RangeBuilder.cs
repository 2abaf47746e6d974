using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Archives;

/// <summary>Collects the numbers of a chain, read in ascending order, into ranges.</summary>
internal sealed class RangeBuilder(ArchiveKind kind, DateOnly month, Guid chain, ResellerId? reseller, CustomerId? customer)
{
    private readonly List<ArchivedRange> _ranges = [];
    private ArchivedRange? _current;

    /// <exception cref="ArchiveFileException">The entry does not follow from the one before it.</exception>
    public void Add(long sequence, byte[] previousHash, byte[] hash, DateTimeOffset occurredAtUtc)
    {
        if (_current is { } current && current.LastSequence + 1 == sequence)
        {
            if (!previousHash.AsSpan().SequenceEqual(current.LastHash))
            {
                throw new ArchiveFileException($"The chain {chain} breaks at {sequence}. Run verify-ledger; nothing was dropped.");
            }

            _current = Create(
                current.FirstSequence,
                current.PreviousHash,
                sequence,
                hash,
                occurredAtUtc > current.LastOccurredAtUtc ? occurredAtUtc : current.LastOccurredAtUtc);
            return;
        }

        End();
        _current = Create(sequence, previousHash, sequence, hash, occurredAtUtc);
    }

    public IReadOnlyList<ArchivedRange> Build()
    {
        End();
        return _ranges;
    }

    private void End()
    {
        if (_current is not null)
        {
            _ranges.Add(_current);
            _current = null;
        }
    }

    private ArchivedRange Create(long first, byte[] previousHash, long last, byte[] lastHash, DateTimeOffset lastOccurredAtUtc) => new()
    {
        Kind = kind,
        Chain = chain,
        FirstSequence = first,
        LastSequence = last,
        PreviousHash = previousHash,
        LastHash = lastHash,
        LastOccurredAtUtc = lastOccurredAtUtc,
        Month = month,
        ResellerId = reseller,
        CustomerId = customer,
    };
}
