namespace ResellerPortal.Core.Tenancy;

/// <summary>Where a party receives e-invoices (EN 16931, BT-34 and BT-49).</summary>
/// <param name="Scheme">Code of the CEF list of electronic address schemes (EAS): "9930"; empty if there is no address.</param>
/// <param name="Id">The address in that scheme: "DE136695976".</param>
public sealed record ElectronicAddress(string Scheme, string Id)
{
    public const int MaxLength = 100;

    /// <summary>A party without an electronic address.</summary>
    public static ElectronicAddress None { get; } = new("", "");

    public bool IsGiven => Scheme.Length > 0;
}
