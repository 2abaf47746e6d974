using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tenancy;

/// <summary>The fonts included with the portal.</summary>
public enum DocumentFont
{
    Inter,
    SourceSerif,
    PlexSans,
}

/// <summary>Which members must sign in with two factors (an authenticator code, a passkey, or a provider that enforces it).</summary>
public enum TwoFactorRule
{
    Optional,
    Members,
    MembersAndCustomers,
}

/// <summary>The tenant: buys bulk plans, owns customers, prices, invoices and branding.</summary>
public sealed class Reseller : IAudited, IMovable
{
    internal const string UpstreamSecretPurpose = "ResellerPortal.Reseller.UpstreamSecret.v1";

    public ResellerId Id { get; init; } = ResellerId.New();

    /// <summary>Short name for URLs and commands, unique in the installation: "northwind".</summary>
    public required string Slug { get; init; }

    public required string Name { get; set; }

    /// <summary>Currency of its plans, default prices and reports.</summary>
    public required Currency Currency { get; init; }

    /// <summary>IANA time zone of its days and billing periods.</summary>
    public required string TimeZone { get; init; }

    public required PostalAddress Address { get; set; }

    public string? VatId { get; set; }

    public CompanyRegistration Registration { get; set; } = CompanyRegistration.None;

    /// <summary>Its address as a sender of e-invoices.</summary>
    public ElectronicAddress ElectronicAddress { get; set; } = ElectronicAddress.None;

    public string Email { get; set; } = "";

    /// <summary>Contact named on e-invoices; XRechnung requires name and telephone number.</summary>
    public string ContactName { get; set; } = "";

    public string ContactPhone { get; set; } = "";

    /// <summary>The account its customers pay to.</summary>
    public BankAccount Account { get; set; } = BankAccount.None;

    /// <summary>Additional payment instructions printed on invoices.</summary>
    public string PaymentInstructions { get; set; } = "";

    /// <summary>The reseller's own payment URL, with "{number}" for the invoice number; empty for none.</summary>
    public string PayLink { get; set; } = "";

    /// <summary>Whether its customers can pay online; kept in sync with the payment provider.</summary>
    public bool TakesOnlinePayments { get; set; }

    /// <summary>See <c>InvoiceNumber</c> for the pattern's format.</summary>
    public string InvoiceNumberPattern { get; set; } = "INV-{yyyy}-{seq:0000}";

    /// <summary>Credit notes have their own series.</summary>
    public string CreditNotePattern { get; set; } = "CN-{yyyy}-{seq:0000}";

    public int PaymentTermDays { get; set; } = 14;

    /// <summary>Its own tax rate in basis points, 2100 is 21%; null for its country's standard rate.</summary>
    public int? StandardTaxBasisPoints { get; set; }

    /// <summary>
    /// Whether consumers in other member states are charged their own country's rate, declared through the Union's One-Stop Shop.
    /// </summary>
    public bool UsesOneStopShop { get; set; }

    /// <summary>Documents finalised since then are emailed to customers automatically; null if none are.</summary>
    public DateTimeOffset? MailsDocumentsSinceUtc { get; set; }

    /// <summary>Accent colour as "#rrggbb".</summary>
    public string BrandColor { get; set; } = "#2f5bea";

    /// <summary>The <see cref="Logo.Hash"/> of its logo; null for none.</summary>
    public string? LogoHash { get; set; }

    /// <summary>The font of its documents.</summary>
    public DocumentFont Font { get; set; }

    /// <summary>ISO 639-1 code of its documents' language, unless a customer has another.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Whether invoices show customers the reseller's cost.</summary>
    public bool PrintsCost { get; set; }

    /// <summary>Its own upstream secret, encrypted; null to use the operator's account.</summary>
    [ProtectedFor(UpstreamSecretPurpose)]
    public string? ProtectedUpstreamSecret { get; set; }

    /// <summary>A configured region; empty for the upstream's default.</summary>
    public string UpstreamRegion { get; set; } = "";

    /// <summary>Whether programs may send their token in the query string, where proxies may log it.</summary>
    public bool AcceptsQueryCredentials { get; set; } = true;

    /// <summary>Whether tokens may be created in its own upstream account, for programs that call the upstream directly.</summary>
    public bool IssuesNativeTokens { get; set; }

    public TwoFactorRule TwoFactor { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }

    /// <inheritdoc/>
    public DateTimeOffset? MovingSinceUtc { get; init; }

    /// <inheritdoc/>
    public DateTimeOffset? MovedAtUtc { get; init; }

    public TimeZoneInfo Zone => TimeZones.TryFind(TimeZone, out var zone)
        ? zone
        : throw new InvalidOperationException($"Time zone '{TimeZone}' of reseller {Slug} is not available on this machine.");
}
