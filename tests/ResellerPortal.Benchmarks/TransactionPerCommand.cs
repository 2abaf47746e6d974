using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// A naive implementation without a writer: each command is its own EF Core transaction on the same tables, as simple as the rules allow
/// (no alerts, peaks or token terms). Commands run one at a time, because SQLite has one writer.
/// </summary>
internal sealed class TransactionPerCommand(BenchmarkData setup)
{
    private readonly SemaphoreSlim _writer = new(1);

    public async Task<long> ConvertAsync(int worker)
    {
        var hash = setup.Tokens[worker % setup.Tokens.Count].Token.SecretHash;
        var start = Stopwatch.GetTimestamp();
        var reservation = await AloneAsync(() => ReserveAsync(hash));
        var middle = Stopwatch.GetTimestamp();
        await AloneAsync(() => SettleAsync(reservation));
        return Math.Max(middle - start, Stopwatch.GetTimestamp() - middle);
    }

    private async Task<Guid> ReserveAsync(byte[] hash)
    {
        await using var db = setup.Open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var now = TimeProvider.System.GetUtcNow();
        var token = await db.ApiTokens.SingleAsync(t => t.SecretHash == hash);
        var lot = await db.CreditLots
            .Where(l => l.ResellerId == token.ResellerId && l.ExpiresAtUtc > now && l.Used + l.Reserved < l.Conversions)
            .OrderBy(l => l.ExpiresAtUtc)
            .FirstAsync();
        if (token.Used + token.Reserved + 1 > token.UsageLimit)
        {
            throw new InvalidOperationException("The limit is reached.");
        }

        var customer = await db.Customers.SingleAsync(c => c.Id == token.CustomerId);
        token.Reserved++;
        customer.Reserved++;
        lot.Reserved++;
        var reservation = new Reservation
        {
            Id = Guid.CreateVersion7(),
            ResellerId = token.ResellerId,
            CustomerId = token.CustomerId,
            TokenId = token.Id,
            Converter = "docx-to-pdf",
            Files = 1,
            Quantity = 1,
            Parts = [new LotPart(lot.Id, 1)],
            CreatedAtUtc = now,
        };
        db.Reservations.Add(reservation);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return reservation.Id;
    }

    private async Task<Guid> SettleAsync(Guid reservationId)
    {
        await using var db = setup.Open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var now = TimeProvider.System.GetUtcNow();
        var reservation = await db.Reservations.SingleAsync(r => r.Id == reservationId);
        var token = await db.ApiTokens.SingleAsync(t => t.Id == reservation.TokenId);
        var customer = await db.Customers.SingleAsync(c => c.Id == reservation.CustomerId);
        var lot = await db.CreditLots.SingleAsync(l => l.Id == reservation.Parts[0].LotId);
        token.Reserved--;
        token.Used++;
        customer.Reserved--;
        lot.Reserved--;
        lot.Used++;
        customer.LastSequence++;
        var draw = new LotDraw
        {
            RecordedAtUtc = now,
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = customer.LastSequence,
            LotId = lot.Id,
            Quantity = 1,
            CostMicros = lot.UnitCostMicros,
            UnitCostMicros = lot.UnitCostMicros,
            Currency = lot.Currency,
            Salt = Guid.NewGuid().ToByteArray(),
        };
        var entry = new LedgerEntry
        {
            ResellerId = token.ResellerId,
            CustomerId = customer.Id,
            Sequence = customer.LastSequence,
            Kind = EntryKind.Usage,
            OccurredAtUtc = now,
            RecordedAtUtc = now,
            TokenId = token.Id,
            Environment = token.Environment,
            Converter = reservation.Converter,
            Quantity = 1,
            Source = UsageSource.Gateway,
            RequestId = reservation.Id,
            Flags = EntryFlags.None,
            CostCommitment = LedgerHash.Commit((LotDraw[])[draw]),
            PreviousHash = customer.ChainHead,
        };
        customer.ChainHead = LedgerHash.Compute(entry);
        db.Entry(entry).Property(e => e.Hash).CurrentValue = customer.ChainHead;
        db.LedgerEntries.Add(entry);
        db.LotDraws.Add(draw);
        db.Reservations.Remove(reservation);
        var day = DateOnly.FromDateTime(now.UtcDateTime);
        var rollup = await db.UsageRollups.SingleOrDefaultAsync(r => r.CustomerId == customer.Id && r.Day == day && r.TokenId == token.Id);
        if (rollup is null)
        {
            rollup = new UsageRollup
            {
                ResellerId = token.ResellerId,
                CustomerId = customer.Id,
                Day = day,
                TokenId = token.Id,
                Environment = token.Environment,
                Converter = entry.Converter,
                UnitCostMicros = lot.UnitCostMicros,
                Currency = lot.Currency,
            };
            db.UsageRollups.Add(rollup);
        }

        rollup.Entries++;
        rollup.Quantity++;
        rollup.CostMicros += draw.CostMicros;
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return reservationId;
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> act)
    {
        await _writer.WaitAsync();
        try
        {
            return await act();
        }
        finally
        {
            _writer.Release();
        }
    }
}
