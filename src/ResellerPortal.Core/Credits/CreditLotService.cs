using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Credits;

/// <summary>Adjusts lots and overage allowances for the operator.</summary>
public sealed class CreditLotService(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Changes a lot's size for a recorded reason. Used and reserved conversions are unaffected.
    /// Refused: no such lot; the number or the reason is not valid; more would be removed than is available.
    /// </summary>
    /// <param name="conversions">Conversions to add; negative to remove.</param>
    public async Task<Outcome<CreditLot>> AdjustAsync(
        Actor actor,
        Guid lotId,
        long conversions,
        string reason,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LotsAdjust);
        if (conversions is 0 or < -BulkPlanService.MaxConversions or > BulkPlanService.MaxConversions)
        {
            return Refusal.Because(
                $"Enter the conversions to add (or remove, with a minus sign), up to {BulkPlanService.MaxConversions:N0}.",
                nameof(conversions));
        }

        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 500)
        {
            return Refusal.Because("Enter a reason of up to 500 characters; it is stored with the adjustment.", nameof(reason));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.CreditLots.Where(l => l.Id == lotId).Select(l => (ResellerId?)l.ResellerId).SingleOrDefaultAsync(cancellationToken)
            is not { } reseller)
        {
            return Refusal.NotFound("lot");
        }

        await database.LockRowsAsync<CreditLot>(db, reseller, [lotId], cancellationToken);
        var lot = await db.CreditLots.SingleAsync(l => l.ResellerId == reseller && l.Id == lotId, cancellationToken);

        if (lot.Conversions + conversions < lot.Used + lot.Reserved)
        {
            return Refusal.Because(
                $"{lot.Used + lot.Reserved:N0} conversions of this lot are used or reserved; at most {lot.Available:N0} can be removed.",
                nameof(conversions));
        }

        if (lot.Conversions + conversions > BulkPlanService.MaxConversions)
        {
            return Refusal.Because(
                $"A lot has at most {BulkPlanService.MaxConversions:N0} conversions. Add up to "
                    + $"{BulkPlanService.MaxConversions - lot.Conversions:N0}.",
                nameof(conversions));
        }

        var now = clock.GetUtcNow();
        lot.Conversions += conversions;
        db.LotAdjustments.Add(new LotAdjustment
        {
            ResellerId = lot.ResellerId,
            LotId = lot.Id,
            Conversions = conversions,
            Reason = reason.Trim(),
            ActorName = actor.Name,
            AtUtc = now,
        });
        db.Audit(
            actor, now, Permission.LotsAdjust, $"lot {lot.PlanName}: {conversions:+#,0;-#,0} conversions, {reason.Trim()}", lot.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lot;
    }

    /// <summary>
    /// Sets a reseller's overage allowance beyond its lots at a separate cost, or blocks it. Usage of an earlier allowance is unaffected.
    /// Refused: no such reseller; the number or the unit cost is out of range.
    /// </summary>
    /// <param name="conversions">0 blocks overage.</param>
    /// <param name="unitCost">Cost of one conversion in the reseller's currency.</param>
    public async Task<Outcome<CreditLot>> SetOverageAsync(
        Actor actor,
        ResellerId resellerId,
        long conversions,
        decimal unitCost,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LotsAdjust);
        if (conversions is < 0 or > BulkPlanService.MaxConversions)
        {
            return Refusal.Because(
                $"Enter an overage of 0 (blocked) to {BulkPlanService.MaxConversions:N0} conversions.", nameof(conversions));
        }

        if (unitCost is < 0 or > BulkPlanService.MaxUnitCost)
        {
            return Refusal.Because($"Enter a unit cost from 0 to {BulkPlanService.MaxUnitCost:N0}.", nameof(unitCost));
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [resellerId.Value], cancellationToken);
        if (await db.Resellers.SingleOrDefaultAsync(r => r.Id == resellerId, cancellationToken) is not { } reseller)
        {
            return Refusal.NotFound("reseller");
        }

        var now = clock.GetUtcNow();
        var lot = new CreditLot
        {
            ResellerId = reseller.Id,
            Kind = LotKind.Overage,
            PlanName = "Overage",
            Granted = conversions,
            Conversions = conversions,
            UnitCostMicros = UnitPrice.Round(unitCost, reseller.Currency).Micros,
            Currency = reseller.Currency,
            ValidFromUtc = now,
            ExpiresAtUtc = now.AddYears(100),
        };
        await db.CreditLots
            .Where(l => l.ResellerId == reseller.Id && l.Kind == LotKind.Overage && l.ExpiresAtUtc > now)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAtUtc, now), cancellationToken);
        db.CreditLots.Add(lot);
        db.Audit(
            actor,
            now,
            Permission.LotsAdjust,
            conversions == 0
                ? $"overage of {reseller.Name}: blocked"
                : $"overage of {reseller.Name}: up to {conversions:N0} conversions at {lot.UnitCost}",
            reseller.Id);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return lot;
    }
}
