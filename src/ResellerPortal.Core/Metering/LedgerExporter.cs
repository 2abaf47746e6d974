using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// An exported ledger entry with everything that <see cref="LedgerHash"/> hashes. Hashes are lower-case hex; instants are microseconds
/// since 1970-01-01T00:00:00Z.
/// </summary>
/// <param name="Draws">Lot draws with their cost; omitted from a customer's export, because cost is confidential to the reseller.</param>
public sealed record ExportedEntry(
    int Version,
    Guid Customer,
    long Sequence,
    string Kind,
    long Occurred,
    long Recorded,
    Guid Token,
    string Environment,
    string Converter,
    long Quantity,
    string Source,
    Guid Request,
    string? Reference,
    int Flags,
    long? Corrects,
    string Commitment,
    string Previous,
    string Hash,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ExportedDraw>? Draws = null)
{
    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line of NDJSON, without the line feed.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The line is not an exported entry.</exception>
    public static ExportedEntry Parse(string line) =>
        JsonSerializer.Deserialize<ExportedEntry>(line, Json) ?? throw new JsonException("The line is empty.");

    internal static ExportedEntry FromEntry(LedgerEntry entry, IEnumerable<LotDraw>? draws) => new(
        1,
        entry.CustomerId.Value,
        entry.Sequence,
        entry.Kind.ToString(),
        UtcMicroseconds.From(entry.OccurredAtUtc),
        UtcMicroseconds.From(entry.RecordedAtUtc),
        entry.TokenId,
        entry.Environment,
        entry.Converter,
        entry.Quantity,
        entry.Source.ToString(),
        entry.RequestId,
        entry.Reference,
        (int)entry.Flags,
        entry.CorrectsSequence,
        Convert.ToHexStringLower(entry.CostCommitment),
        Convert.ToHexStringLower(entry.PreviousHash),
        Convert.ToHexStringLower(entry.Hash),
        draws is null
            ? null
            : [
                .. draws.Select(
                    d => new ExportedDraw(Convert.ToHexStringLower(d.Salt), d.LotId, d.Quantity, d.CostMicros, d.Currency.Code)),
            ]);

    /// <summary>Restores the entry, to verify its hash.</summary>
    /// <exception cref="FormatException">A field cannot be read.</exception>
    internal LedgerEntry ToEntry() => new()
    {
        ResellerId = default,
        CustomerId = new CustomerId(Customer),
        Sequence = Sequence,
        Kind = ParseEnum<EntryKind>(Kind),
        OccurredAtUtc = UtcMicroseconds.ToInstant(Occurred),
        RecordedAtUtc = UtcMicroseconds.ToInstant(Recorded),
        TokenId = Token,
        Environment = Environment,
        Converter = Converter,
        Quantity = Quantity,
        Source = ParseEnum<UsageSource>(Source),
        RequestId = Request,
        Reference = Reference,
        Flags = (EntryFlags)Flags,
        CorrectsSequence = Corrects,
        CostCommitment = Convert.FromHexString(Commitment),
        PreviousHash = Convert.FromHexString(Previous),
        Hash = Convert.FromHexString(Hash),
    };

    /// <summary>Restores the draws. The cost is the quantity times the lot's unit cost exactly, so that it says the unit cost.</summary>
    /// <exception cref="FormatException">A field cannot be read.</exception>
    internal List<LotDraw> ToDraws() =>
    [
        .. (Draws ?? []).Select(draw => new LotDraw
        {
            ResellerId = default,
            CustomerId = new CustomerId(Customer),
            Sequence = Sequence,
            RecordedAtUtc = UtcMicroseconds.ToInstant(Recorded),
            LotId = draw.Lot,
            Quantity = draw.Quantity,
            CostMicros = draw.Cost,
            UnitCostMicros = draw.Quantity != 0 && draw.Cost % draw.Quantity == 0
                ? draw.Cost / draw.Quantity
                : throw new FormatException($"the cost of entry {Sequence} is no multiple of its quantity"),
            Currency = Currency.FromCode(draw.Currency),
            Salt = Convert.FromHexString(draw.Salt),
        }),
    ];

    private static T ParseEnum<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) ? value : throw new FormatException($"'{text}' is not a valid {typeof(T).Name}.");
}

/// <summary>An entry's draw from one lot; the cost is in millionths of the currency unit.</summary>
public sealed record ExportedDraw(string Salt, Guid Lot, long Quantity, long Cost, string Currency);

/// <summary>Consecutive entries that are in the archive instead of an export, and the hashes between which they belong.</summary>
/// <param name="Archived">The name of the archive file.</param>
public sealed record ExportedGap(string Archived, long First, long Last, string Previous, string Hash)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>One line of NDJSON, without the line feed; such lines come before those of entries.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <returns>Null if the line is an entry.</returns>
    /// <exception cref="JsonException">The line is not JSON.</exception>
    public static ExportedGap? Find(string line) =>
        line.StartsWith("{\"archived\":", StringComparison.Ordinal) ? JsonSerializer.Deserialize<ExportedGap>(line, Json) : null;
}

/// <summary>Exports a customer's complete ledger in chain order, for verification or the recipient's own accounting.</summary>
public sealed class LedgerExporter(PortalDatabase database, TimeProvider clock)
{
    private const int Chunk = 2000;

    /// <summary>Whether the customer exists and is within the actor's scope.</summary>
    public async Task<bool> IsWithinReachAsync(Actor actor, CustomerId customerId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        return await db.Customers.AnyAsync(c => c.Id == customerId, cancellationToken);
    }

    /// <summary>The entries that an export does not have because they are in the archive, in order.</summary>
    public async Task<IReadOnlyList<ExportedGap>> ListArchivedAsync(
        Actor actor,
        CustomerId customerId,
        CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(actor.Scope);
        var ranges = await db.ArchivedEntries(customerId).ToListAsync(cancellationToken);
        return
        [
            .. ranges.Select(r => new ExportedGap(
                ArchiveFolder.GetFileName(r.Kind, r.Month),
                r.FirstSequence,
                r.LastSequence,
                Convert.ToHexStringLower(r.PreviousHash),
                Convert.ToHexStringLower(r.LastHash))),
        ];
    }

    /// <summary>
    /// Reads a customer's entries in chunks. Customers' members get no draws; the reseller gets them with salts and can prove
    /// commitments. Yields nothing for a customer outside the actor's scope.
    /// </summary>
    public async IAsyncEnumerable<ExportedEntry> ReadAsync(
        Actor actor,
        CustomerId customerId,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var isReseller = actor.Scope.Customer is null;
        actor.Demand(isReseller ? Permission.LedgerExport : Permission.MyView);
        await using var db = database.Open(actor.Scope);
        if (!await db.Customers.AnyAsync(c => c.Id == customerId, cancellationToken))
        {
            yield break;
        }

        db.Audit(actor, clock.GetUtcNow(), Permission.LedgerExport, "verifiable ledger exported", actor.Reseller, customerId);
        await db.SaveChangesAsync(cancellationToken);
        for (var after = 0L; ;)
        {
            var entries = await db.LedgerEntries.AsNoTracking()
                .Where(e => e.CustomerId == customerId && e.Sequence > after)
                .OrderBy(e => e.Sequence)
                .Take(Chunk)
                .ToListAsync(cancellationToken);
            if (entries.Count == 0)
            {
                yield break;
            }

            var last = entries[^1].Sequence;
            var draws = !isReseller ? null : (await db.LotDraws.AsNoTracking()
                .Where(d => d.CustomerId == customerId && d.Sequence > after && d.Sequence <= last)
                .ToListAsync(cancellationToken)).ToLookup(d => d.Sequence);
            foreach (var entry in entries)
            {
                yield return ExportedEntry.FromEntry(entry, draws?[entry.Sequence]);
            }

            after = last;
        }
    }

    /// <summary>
    /// Verifies an export without the database: gapless numbers, every hash, the chain, and commitments where draws are included.
    /// </summary>
    /// <returns>The first fault or null, the number of entries read, and the hash of the last one.</returns>
    public static async Task<(string? Fault, long Entries, string Head)> VerifyAsync(
        IAsyncEnumerable<string> lines,
        CancellationToken cancellationToken = default)
    {
        var (sequence, head) = (0L, LedgerHash.Genesis);
        var gaps = new Queue<ExportedGap>();
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (ExportedGap.Find(line) is { } gap)
            {
                gaps.Enqueue(gap);
                continue;
            }

            while (gaps.TryPeek(out var next) && next.First == sequence + 1 && next.Previous == Hex(head))
            {
                (sequence, head) = (gaps.Dequeue().Last, Convert.FromHexString(next.Hash));
            }

            LedgerEntry entry;
            ExportedEntry exported;
            try
            {
                exported = ExportedEntry.Parse(line);
                entry = exported.ToEntry();
            }
            catch (Exception unreadable) when (unreadable is JsonException or FormatException)
            {
                return ($"line {sequence + 1} cannot be read: {unreadable.Message}", sequence, Hex(head));
            }

            if (entry.Sequence != sequence + 1)
            {
                return ($"entry {sequence + 1} is missing; the next is {entry.Sequence}", sequence, Hex(head));
            }

            if (!entry.PreviousHash.AsSpan().SequenceEqual(head) || !LedgerHash.Compute(entry).AsSpan().SequenceEqual(entry.Hash))
            {
                return ($"the chain breaks at entry {entry.Sequence}", sequence, Hex(head));
            }

            if (exported.Draws is { } draws && !LedgerHash.Commit(draws).AsSpan().SequenceEqual(entry.CostCommitment))
            {
                return ($"the draws of entry {entry.Sequence} do not match its cost commitment", sequence, Hex(head));
            }

            (sequence, head) = (entry.Sequence, entry.Hash);
        }

        return (null, sequence, Hex(head));
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
