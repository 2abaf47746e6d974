namespace ResellerPortal.Core.Monetary;

/// <summary>
/// An amount in millionths of the currency unit: a unit price times a quantity, before rounding. Its 128 bits hold any price times any
/// quantity.
/// </summary>
public readonly record struct ExactAmount(Int128 Micros, Currency Currency)
{
    public static ExactAmount Zero(Currency currency) => new(0, currency);

    public static ExactAmount operator +(ExactAmount left, ExactAmount right) =>
        new(checked(left.Micros + right.Micros), CurrencyMismatchException.Same(left.Currency, right.Currency));
}
