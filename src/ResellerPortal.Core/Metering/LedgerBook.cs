using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>One usage that happened.</summary>
public sealed record UsageFact(
    Guid TokenId,
    DateTimeOffset OccurredAtUtc,
    string Converter,
    long Quantity,
    UsageSource Source,
    Guid RequestId,
    string? UpstreamReference = null,
    bool IsUnconfirmed = false);

/// <summary>
/// The only code that writes ledger entries: number, chain, lot draws, counters and rollups move together, on rows locked
/// in the order token, customer, lots.
/// </summary>
internal sealed class LedgerBook
{
    private readonly PortalDbContext _db;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<CustomerId, Customer> _customers;
    private readonly Dictionary<ResellerId, TimeZoneInfo> _zones;
    private readonly Dictionary<Guid, CreditLot> _lots;
    private readonly ILookup<ResellerId, CreditLot> _lotsByReseller;
    private readonly Dictionary<(CustomerId, DateOnly, Guid, string, long), UsageRollup> _rollups;

    private LedgerBook(
        PortalDbContext db,
        DateTimeOffset now,
        IEnumerable<Customer> customers,
        Dictionary<ResellerId, TimeZoneInfo> zones,
        IReadOnlyCollection<CreditLot> lots,
        IEnumerable<UsageRollup> rollups)
    {
        _db = db;
        _now = now;
        _customers = customers.ToDictionary(c => c.Id);
        _zones = zones;
        _lots = lots.ToDictionary(l => l.Id);
        _lotsByReseller = lots.OrderBy(l => l.ExpiresAtUtc).ThenBy(l => l.Id).ToLookup(l => l.ResellerId);
        _rollups = rollups.ToDictionary(r => (r.CustomerId, r.Day, r.TokenId, r.Converter, r.UnitCostMicros));
    }

    /// <summary>Locks and loads what usages of these tokens need. The tokens are locked by the caller.</summary>
    /// <param name="heldLotIds">Lots that must be at hand although they may be expired or full.</param>
    public static async Task<LedgerBook> OpenAsync(
        PortalDatabase database,
        PortalDbContext db,
        IReadOnlyCollection<ApiToken> tokens,
        IReadOnlyCollection<Guid> heldLotIds,
        DateTimeOffset earliest,
        DateTimeOffset now)
    {
        CustomerId[] customerIds = [.. tokens.Select(t => t.CustomerId).Distinct()];
        ResellerId[] resellerIds = [.. tokens.Select(t => t.ResellerId).Distinct()];
        Guid[] tokenIds = [.. tokens.Select(t => t.Id)];

        await database.LockRowsAsync<Customer>(db, customerIds.Select(c => c.Value), default);
        var customers = await db.Customers.Where(c => customerIds.Contains(c.Id)).ToListAsync();

        var lotIds = await db.CreditLots
            .Where(l => (resellerIds.Contains(l.ResellerId) && l.ValidFromUtc <= now && l.ExpiresAtUtc > earliest && l.Used + l.Reserved < l.Conversions)
                || heldLotIds.Contains(l.Id))
            .Select(l => l.Id)
            .ToListAsync();
        if (lotIds.Count == 0)
        {
            // Nothing left anywhere: an overrun that really happened still has to be drawn from the newest lot.
            lotIds = await db.CreditLots.Where(l => resellerIds.Contains(l.ResellerId)).OrderByDescending(l => l.ExpiresAtUtc).Select(l => l.Id).Take(1).ToListAsync();
        }

        await database.LockRowsAsync<CreditLot>(db, lotIds, default);
        var lots = await db.CreditLots.Where(l => lotIds.Contains(l.Id)).ToListAsync();

        var zones = await db.Resellers.Where(r => resellerIds.Contains(r.Id)).Select(r => new { r.Id, r.TimeZone }).ToListAsync();
        var firstDay = DateOnly.FromDateTime(earliest.UtcDateTime).AddDays(-1);
        var lastDay = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        var rollups = await db.UsageRollups
            .Where(r => customerIds.Contains(r.CustomerId) && tokenIds.Contains(r.TokenId) && r.Day >= firstDay && r.Day <= lastDay)
            .ToListAsync();
        return new LedgerBook(db, now, customers, zones.ToDictionary(z => z.Id, z => TimeZoneInfo.FindSystemTimeZoneById(z.TimeZone)), lots, rollups);
    }

    public CreditLot Lot(Guid id) => _lots[id];

    /// <summary>Spreads a quantity over the lots valid at an instant, first-expiring first. Less than asked where they hold less.</summary>
    public List<(CreditLot Lot, long Quantity)> Allocate(ResellerId reseller, long quantity, DateTimeOffset at)
    {
        var parts = new List<(CreditLot, long)>();
        foreach (var lot in _lotsByReseller[reseller])
        {
            var part = lot.IsValidAt(at) ? Math.Min(lot.Available, quantity) : 0;
            if (part > 0)
            {
                parts.Add((lot, part));
                quantity -= part;
            }

            if (quantity == 0)
            {
                break;
            }
        }

        return parts;
    }

    /// <summary>Appends one usage. What neither the preferred lots nor the others hold is an overrun on the last of them.</summary>
    public LedgerEntry Append(ApiToken token, UsageFact fact, IReadOnlyList<(CreditLot Lot, long Quantity)> preferredLots)
    {
        var parts = Draw(token.ResellerId, fact, preferredLots, out var isOverdrawn);
        token.Used += fact.Quantity;
        var flags = (isOverdrawn || token.Used > token.UsageLimit ? EntryFlags.Overrun : EntryFlags.None)
            | (fact.IsUnconfirmed ? EntryFlags.Unconfirmed : EntryFlags.None);

        var customer = _customers[token.CustomerId];
        var sequence = customer.LastSequence + 1;
        var draws = parts.ConvertAll(part => new LotDraw
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = sequence,
            LotId = part.Lot.Id,
            Quantity = part.Quantity,
            CostMicros = (part.Lot.UnitCost * part.Quantity).Micros,
            UnitCostMicros = part.Lot.UnitCostMicros,
            Currency = part.Lot.Currency,
            Salt = RandomNumberGenerator.GetBytes(16),
        });
        var entry = new LedgerEntry
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = sequence,
            Kind = EntryKind.Usage,
            OccurredAtUtc = fact.OccurredAtUtc,
            RecordedAtUtc = _now,
            TokenId = token.Id,
            Environment = token.Environment,
            Converter = fact.Converter,
            Quantity = fact.Quantity,
            Source = fact.Source,
            RequestId = fact.RequestId,
            UpstreamReference = fact.UpstreamReference,
            Flags = flags,
            CostCommitment = LedgerHash.Commit(draws),
            PreviousHash = customer.ChainHead,
        };
        entry.Hash = LedgerHash.Of(entry);
        customer.LastSequence = sequence;
        customer.ChainHead = entry.Hash;
        _db.LedgerEntries.Add(entry);
        _db.LotDraws.AddRange(draws);
        RollUp(entry, draws);
        return entry;
    }

    private List<(CreditLot Lot, long Quantity)> Draw(
        ResellerId reseller, UsageFact fact, IReadOnlyList<(CreditLot Lot, long Quantity)> preferredLots, out bool isOverdrawn)
    {
        var parts = new List<(CreditLot Lot, long Quantity)>();
        var open = fact.Quantity;
        foreach (var (lot, held) in preferredLots)
        {
            Take(lot, Math.Min(held, open));
        }

        foreach (var (lot, available) in Allocate(reseller, open, fact.OccurredAtUtc))
        {
            Take(lot, available);
        }

        isOverdrawn = open > 0;
        if (isOverdrawn)
        {
            var last = parts.Count > 0 ? parts[^1].Lot : _lotsByReseller[reseller].LastOrDefault()
                ?? throw new InvalidOperationException("Usage cannot be recorded before the reseller has its first credit lot.");
            Take(last, open);
        }

        return parts;

        void Take(CreditLot lot, long quantity)
        {
            if (quantity == 0)
            {
                return;
            }

            lot.Used += quantity;
            open -= quantity;
            var known = parts.FindIndex(p => p.Lot == lot);
            if (known < 0)
            {
                parts.Add((lot, quantity));
            }
            else
            {
                parts[known] = (lot, parts[known].Quantity + quantity);
            }
        }
    }

    private void RollUp(LedgerEntry entry, List<LotDraw> draws)
    {
        var day = _zones[entry.ResellerId].DayOf(entry.OccurredAtUtc);
        foreach (var draw in draws)
        {
            var key = (entry.CustomerId, day, entry.TokenId, entry.Converter, draw.UnitCostMicros);
            if (!_rollups.TryGetValue(key, out var rollup))
            {
                rollup = new UsageRollup
                {
                    ResellerId = entry.ResellerId,
                    CustomerId = entry.CustomerId,
                    Day = day,
                    TokenId = entry.TokenId,
                    Environment = entry.Environment,
                    Converter = entry.Converter,
                    UnitCostMicros = draw.UnitCostMicros,
                    Currency = draw.Currency,
                };
                _rollups.Add(key, rollup);
                _db.UsageRollups.Add(rollup);
            }

            rollup.Quantity += draw.Quantity;
            rollup.CostMicros += draw.CostMicros;
        }
    }
}
