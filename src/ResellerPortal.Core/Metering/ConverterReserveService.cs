using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Metering;

/// <summary>The operator's minimum number of conversions to reserve per request, by converter.</summary>
public sealed class ConverterReserveService(PortalDatabase database, TimeProvider clock)
{
    public async Task<IReadOnlyList<ConverterReserve>> ListAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.OperatorView);
        await using var db = database.Open(actor.Scope);
        return await db.ConverterReserves.AsNoTracking().OrderBy(r => r.Converter).ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Sets the minimum to reserve for a converter; converters without a setting reserve 1.
    /// Refused: the converter name is not valid; the quantity is out of range.
    /// </summary>
    public async Task<Outcome<ConverterReserve>> SetAsync(
        Actor actor,
        string converter,
        long quantity,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.ConvertersManage);
        var name = converter.Trim().ToLowerInvariant();
        if (!TokenRequestValidator.IsConverter(name))
        {
            return Refusal.Because("Enter a converter name such as docx-to-pdf.", nameof(converter));
        }

        if (quantity is < 1 or > 10_000)
        {
            return Refusal.Because("Enter from 1 to 10,000 conversions.", nameof(quantity));
        }

        await using var db = database.Open(actor.Scope);
        var reserve = await db.ConverterReserves.SingleOrDefaultAsync(r => r.Converter == name, cancellationToken);
        if (reserve is null)
        {
            reserve = new ConverterReserve { Converter = name, Quantity = quantity };
            db.ConverterReserves.Add(reserve);
        }

        reserve.Quantity = quantity;
        db.Audit(actor, clock.GetUtcNow(), Permission.ConvertersManage, $"{name}: reserves {quantity:N0} conversions per request", null);
        await db.SaveChangesAsync(cancellationToken);
        return reserve;
    }
}
