using System.Runtime.CompilerServices;
using System.Text.Json;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.YearArchives;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>The columns and rows of an archive's tables.</summary>
internal static class YearTables
{
    public static readonly IReadOnlyList<string> DocumentColumns =
    [
        "kind", "number", "issued_on", "due_on", "customer_id", "customer", "customer_vat_id", "country", "period_from", "period_to", "net",
        "tax", "total", "currency", "rate", "net_booked", "tax_booked", "currency_booked", "tax_accounted", "currency_accounted",
        "tax_category", "tax_rate_percent", "against", "file",
    ];

    public static readonly IReadOnlyList<string> PaymentColumns =
    [
        "received_on", "recorded_utc", "payment_id", "customer_id", "customer", "invoice", "amount", "currency", "reference", "way",
    ];

    public static readonly IReadOnlyList<string> BalanceColumns =
    [
        "day", "recorded_utc", "customer_id", "customer", "sequence", "kind", "amount", "balance", "currency", "invoice_id", "reference",
        "previous_hash", "hash",
    ];

    public static readonly IReadOnlyList<string> HistoryColumns =
    [
        "at_utc", "sequence", "event_id", "customer_id", "customer", "user_id", "actor", "event", "details", "changes", "salt",
        "commitment", "hash",
    ];

    public static readonly IReadOnlyList<string> PriceColumns =
    [
        "effective_from", "version", "customer_id", "customer", "price", "terms", "created_utc",
    ];

    public static readonly IReadOnlyList<string> RateColumns = ["effective_from", "version", "one", "is", "currency", "created_utc"];

    public static readonly IReadOnlyList<string> CustomerColumns =
    [
        "customer_id", "name", "email", "street", "postal_code", "city", "country", "currency", "vat_id", "registration_number",
        "electronic_address_scheme", "electronic_address", "buyer_reference", "e_invoices", "language", "tax_treatment",
        "tax_exemption_reason", "last_day", "payment", "balance", "created_utc",
    ];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IReadOnlyList<object?> CreateRow(IssuedDocument document, string file)
    {
        var snapshot = document.Snapshot;
        var sign = document.IsCreditNote ? -1 : 1;
        return
        [
            document.IsCreditNote ? "credit note" : "invoice", snapshot.Number, snapshot.IssuedOn,
            document.IsCreditNote ? null : snapshot.DueOn, document.CustomerId.ToString(), snapshot.Buyer.Name, snapshot.Buyer.VatId,
            snapshot.Buyer.Address.Country, snapshot.PeriodFrom, snapshot.PeriodTo, document.Net.Amount, document.Tax.Amount,
            (document.Net + document.Tax).Amount, snapshot.Currency.Code, snapshot.Rate.Amount, document.Booked?.Net.Amount ?? 0,
            document.Booked?.Tax.Amount ?? 0, snapshot.Rate.From.Code, sign * snapshot.AccountedTax?.Amount,
            snapshot.AccountedTax?.Currency.Code, document.Booked?.Category, document.Booked?.RateBasisPoints / 100m,
            snapshot.Credits?.Number, file,
        ];
    }

    /// <param name="names">Customers' names by id.</param>
    public static async IAsyncEnumerable<IReadOnlyList<object?>> ReadPaymentsAsync(
        YearContents contents,
        IReadOnlyDictionary<CustomerId, string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (payment, number) in contents.Archive.ReadPaymentsAsync(cancellationToken))
        {
            contents.Add(payment);
            yield return CreateRow(payment, number, names[payment.CustomerId]);
        }
    }

    /// <inheritdoc cref="ReadPaymentsAsync"/>
    public static async IAsyncEnumerable<IReadOnlyList<object?>> ReadBalancesAsync(
        YearContents contents,
        IReadOnlyDictionary<CustomerId, string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var transaction in contents.Archive.ReadBalancesAsync(cancellationToken))
        {
            contents.BalanceTransactions++;
            yield return CreateRow(transaction, names[transaction.CustomerId]);
        }
    }

    /// <inheritdoc cref="ReadPaymentsAsync"/>
    public static async IAsyncEnumerable<IReadOnlyList<object?>> ReadHistoryAsync(
        YearContents contents,
        IReadOnlyDictionary<CustomerId, string> names,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in contents.Archive.ReadHistoryAsync(cancellationToken))
        {
            contents.Events++;
            yield return CreateRow(entry, entry.CustomerId is { } customer ? names.GetValueOrDefault(customer) : null);
        }
    }

    public static IEnumerable<IReadOnlyList<object?>> ListPrices(YearArchive archive, IEnumerable<RateCard> cards)
    {
        var customers = archive.Customers.ToDictionary(customer => customer.Id);
        return cards.Select(card =>
        {
            var customer = card.CustomerId is { } id ? customers.GetValueOrDefault(id) : null;
            return (IReadOnlyList<object?>)
            [
                card.EffectiveFrom, (long)card.Version, card.CustomerId?.ToString(), customer?.Name,
                card.Terms?.Describe(customer?.Currency ?? archive.Reseller.Currency) ?? "the default prices",
                card.Terms is null ? null : JsonSerializer.Serialize(card.Terms), card.CreatedAtUtc,
            ];
        });
    }

    public static IEnumerable<IReadOnlyList<object?>> ListRates(YearArchive archive, IEnumerable<CurrencyRate> rates) =>
        rates.Select(rate => (IReadOnlyList<object?>)
        [
            rate.EffectiveFrom, (long)rate.Version, archive.Reseller.Currency.Code, rate.ToExchangeRate(archive.Reseller.Currency).Amount,
            rate.Currency.Code, rate.CreatedAtUtc,
        ]);

    public static IEnumerable<IReadOnlyList<object?>> ListCustomers(YearArchive archive) =>
        archive.Customers.Select(customer => (IReadOnlyList<object?>)
        [
            customer.Id.ToString(), customer.Name, customer.Email, customer.Address.Street, customer.Address.PostalCode,
            customer.Address.City, customer.Address.Country, customer.Currency.Code, customer.VatId, customer.RegistrationNumber,
            customer.ElectronicAddress.Scheme, customer.ElectronicAddress.Id, customer.BuyerReference,
            customer.ElectronicProfile.ToString(), customer.Language ?? archive.Reseller.Language, customer.TaxTreatment.ToString(),
            customer.TaxExemptionReason, customer.LastDay, customer.IsPrepaid ? "prepaid" : "postpaid",
            new Core.Monetary.Money(customer.BalanceMinorUnits, customer.Currency).Amount, customer.CreatedAtUtc,
        ]);

    /// <summary>The reseller's settings as they are, without secrets.</summary>
    public static byte[] WriteSettings(Reseller reseller) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Id = reseller.Id.ToString(),
            reseller.Slug,
            reseller.Name,
            Currency = reseller.Currency.Code,
            reseller.TimeZone,
            reseller.Address,
            reseller.VatId,
            reseller.Registration,
            reseller.ElectronicAddress,
            reseller.Email,
            reseller.ContactName,
            reseller.ContactPhone,
            reseller.Account,
            reseller.PaymentInstructions,
            reseller.PayLink,
            reseller.InvoiceNumberPattern,
            reseller.CreditNotePattern,
            reseller.PaymentTermDays,
            reseller.StandardTaxBasisPoints,
            reseller.UsesOneStopShop,
            reseller.Language,
            Font = reseller.Font.ToString(),
            reseller.BrandColor,
            reseller.LogoHash,
            reseller.PrintsCost,
            TwoFactor = reseller.TwoFactor.ToString(),
            reseller.CreatedAtUtc,
        },
        Json);

    private static IReadOnlyList<object?> CreateRow(Payment payment, string invoiceNumber, string customer) =>
    [
        payment.ReceivedOn, payment.RecordedAtUtc, payment.Id.ToString(), payment.CustomerId.ToString(), customer, invoiceNumber,
        payment.Amount.Amount, payment.Currency.Code, payment.Reference, payment.CheckoutId is null ? "transfer" : "online",
    ];

    private static IReadOnlyList<object?> CreateRow(BalanceTransaction transaction, string customer) =>
    [
        transaction.Day, transaction.RecordedAtUtc, transaction.CustomerId.ToString(), customer, transaction.Sequence,
        transaction.Kind.ToString(), transaction.Amount.Amount, transaction.Balance.Amount, transaction.Currency.Code,
        transaction.InvoiceId?.ToString(), transaction.Reference, Convert.ToHexStringLower(transaction.PreviousHash),
        Convert.ToHexStringLower(transaction.Hash),
    ];

    private static IReadOnlyList<object?> CreateRow(AuditEntry entry, string? customer) =>
    [
        entry.AtUtc, entry.Sequence, entry.Id.ToString(), entry.CustomerId?.ToString(), customer, entry.UserId?.ToString(),
        entry.ActorName, entry.Action, entry.Subject, entry.Changes, FormatHash(entry.Salt), FormatHash(entry.Commitment),
        FormatHash(entry.Hash),
    ];

    private static string? FormatHash(byte[]? hash) => hash is null ? null : Convert.ToHexStringLower(hash);
}
