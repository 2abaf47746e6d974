namespace ResellerPortal.Core.Monetary;

/// <summary>Two amounts of different currencies were added or compared: always a bug.</summary>
public sealed class CurrencyMismatchException(Currency left, Currency right)
    : InvalidOperationException($"{left.Code} and {right.Code} cannot be added or compared; convert one of them first.")
{
    internal static Currency Same(Currency left, Currency right) =>
        left == right ? left : throw new CurrencyMismatchException(left, right);
}
