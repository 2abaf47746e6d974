using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Rounds the tax of one of several credit notes for an invoice. The last note's tax is whatever is left of the invoice's, so the others
/// may not round away so much that it is no longer its rate's: a unit of the currency (EN 16931, BR-CO-17), which a yen is.
/// </summary>
/// <param name="roundedAway">
/// What earlier notes have rounded away, less what the invoice has: the tax by their rate less the tax they have, in minor units.
/// </param>
internal sealed class CreditRounding(Currency currency, int rateBasisPoints, decimal roundedAway)
{
    /// <returns>The tax of a note on a net amount, in minor units.</returns>
    public long GetTax(long net) => Choose(net * rateBasisPoints / 10_000m, weight: 1);

    /// <returns>The net amount of a note on an amount with its tax, in minor units; the tax is the remainder.</returns>
    public long GetNet(long gross)
    {
        var factor = 1 + (rateBasisPoints / 10_000m);
        return Choose(gross / factor, weight: -factor);
    }

    /// <summary>Rounds as everywhere, or the other way where too much would be left to the last note.</summary>
    /// <param name="weight">The tax that each minor unit rounds away.</param>
    private long Choose(decimal exact, decimal weight)
    {
        var usual = Money.Round(exact / currency.MinorUnitsPerUnit, currency).MinorUnits;
        var other = exact > usual ? usual + 1 : usual - 1;
        var (byUsual, byOther) = (weight * (exact - usual), weight * (exact - other));
        return Math.Abs(roundedAway + byUsual) > currency.MinorUnitsPerUnit / 2m
            && Math.Abs(roundedAway + byOther) < Math.Abs(roundedAway + byUsual)
            && Math.Abs(byOther) < currency.MinorUnitsPerUnit
            ? other
            : usual;
    }
}
