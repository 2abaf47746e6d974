using Microsoft.EntityFrameworkCore.Migrations;

namespace ResellerPortal.Storage.SqlServer.Migrations;

/// <summary>The text columns as they were at this migration, since each is altered in the same way.</summary>
public partial class BinaryCollation
{
    private static readonly (string Schema, string Table, string[] Columns)[] TextKeys =
    [
        (null, "ConverterCost", ["Converter"]),
        (null, "EmailTemplate", ["ResellerId", "Kind", "Language"]),
        (null, "InvoiceSeries", ["ResellerId", "Name"]),
        (null, "Logo", ["ResellerId", "Hash"]),
        (null, "UsageRollup", ["CustomerId", "Day", "TokenId", "Converter", "UnitCostMicros"]),
        (null, "WorstCost", ["ResellerId", "Converter"]),
        ("identity", "AspNetUserLogins", ["LoginProvider", "ProviderKey"]),
        ("identity", "AspNetUserTokens", ["UserId", "LoginProvider", "Name"]),
        ("identity", "SignInFailure", ["AddressHash", "Network"]),
    ];

    /// <summary>Each column with its type, whether it may be null, and behind '=' its default.</summary>
    private static readonly (string Schema, string Table, string[] Columns)[] Texts =
    [
        (null, "ApiToken", [
            "AllowedConverters nvarchar(max)", "AllowedNetworks nvarchar(4000)", "AllowedOrigins nvarchar(4000)",
            "Environment nvarchar(60)", "ImportName nvarchar(200) null", "LimitPeriod nvarchar(10)", "LimitPolicy nvarchar(10)",
            "PreviousProtectedSecret nvarchar(max) null", "ProtectedSecret nvarchar(max)", "SecretEnding nvarchar(4)",
        ]),
        (null, "AuditEntry", [
            "Action nvarchar(60)", "ActorName nvarchar(256)", "Changes nvarchar(max) null", "FromAddress nvarchar(45) null",
            "Subject nvarchar(1000)",
        ]),
        (null, "BalanceTransaction", ["Currency nvarchar(3)", "Kind nvarchar(20)", "Reference nvarchar(140)"]),
        (null, "BankTransaction", [
            "Account nvarchar(34)", "Counterparty nvarchar(140)", "CounterpartyIban nvarchar(34)", "Currency nvarchar(3)",
            "RecordedAs nvarchar(500)", "Reference nvarchar(500)", "State nvarchar(20)",
        ]),
        (null, "BulkPlan", ["Currency nvarchar(3)", "Name nvarchar(100)", "Renewal nvarchar(10)"]),
        (null, "Checkout", [
            "Currency nvarchar(3)", "Error nvarchar(500) null", "Kind nvarchar(20)", "Merchant nvarchar(60)",
            "PaymentId nvarchar(255) null", "Purpose nvarchar(20)", "SessionId nvarchar(255) null", "State nvarchar(20)",
            "Url nvarchar(2000) null",
        ]),
        (null, "ConversionJob", ["Name nvarchar(64)", "State nvarchar(10)", "WebHook nvarchar(2000) null"]),
        (null, "ConverterCost", ["Converter nvarchar(100)"]),
        (null, "CreditLot", ["Currency nvarchar(3)", "Kind nvarchar(10)", "PlanName nvarchar(100)"]),
        (null, "CreditNote", ["Currency nvarchar(3)", "Number nvarchar(60)", "Reason nvarchar(200)", "Snapshot nvarchar(max)"]),
        (null, "CurrencyRate", ["Currency nvarchar(3)"]),
        (null, "Customer", [
            "Address_City nvarchar(max)", "Address_Country nvarchar(max)", "Address_PostalCode nvarchar(max)",
            "Address_Street nvarchar(max)", "BuyerReference nvarchar(100) null", "CoveredConverter nvarchar(100) null",
            "Currency nvarchar(3)", "ElectronicProfile nvarchar(20)=Peppol", "Email nvarchar(256)", "Language nvarchar(2) null",
            "Name nvarchar(200)", "TaxExemptionReason nvarchar(200) null", "VatId nvarchar(20) null",
        ]),
        (null, "DunningPolicy", ["Steps nvarchar(max)"]),
        (null, "EmailTemplate", ["Kind nvarchar(20)", "Language nvarchar(2)", "Subject nvarchar(200)", "Text nvarchar(4000)"]),
        (null, "GatewayHost", [
            "AddressState nvarchar(12)", "HostName nvarchar(230)", "TextState nvarchar(12)", "VerificationValue nvarchar(64)",
            "VerifiedHostName nvarchar(230) null",
        ]),
        (null, "Invitation", ["Email nvarchar(256)", "InvitedBy nvarchar(256)", "Role nvarchar(30)"]),
        (null, "Invoice", [
            "Currency nvarchar(3)", "Language nvarchar(2)=en", "Number nvarchar(60) null", "Snapshot nvarchar(max) null",
            "TaxReason nvarchar(200) null", "TaxReasonCode nvarchar(20) null",
        ]),
        (null, "InvoiceCost", ["Currency nvarchar(3)", "Days nvarchar(max)", "Tokens nvarchar(max)=[]"]),
        (null, "InvoiceLine", ["Description nvarchar(300)", "TaxCategory nvarchar(2)"]),
        (null, "InvoiceSchedule", ["Mode nvarchar(30)", "Report nvarchar(400) null"]),
        (null, "InvoiceSeries", ["Name nvarchar(60)"]),
        (null, "LedgerEntry", [
            "Converter nvarchar(100)", "Environment nvarchar(60)", "Kind nvarchar(10)", "Reference nvarchar(200) null",
            "Source nvarchar(10)",
        ]),
        (null, "Logo", ["Hash nvarchar(64)"]),
        (null, "LotAdjustment", ["ActorName nvarchar(256)", "Reason nvarchar(500)"]),
        (null, "LotDraw", ["Currency nvarchar(3)"]),
        (null, "Member", ["Role nvarchar(30)"]),
        (null, "OrderPayment", ["Currency nvarchar(3)", "ReceiptUrl nvarchar(500) null", "Reference nvarchar(140)"]),
        (null, "OutboxEmail", [
            "Error nvarchar(500) null", "Kind nvarchar(20)", "Subject nvarchar(400)", "Text nvarchar(max)", "To nvarchar(256) null",
        ]),
        (null, "Payer", [
            "Merchant nvarchar(60)", "MethodId nvarchar(255) null", "MethodName nvarchar(100) null", "ProviderId nvarchar(255) null",
        ]),
        (null, "Payment", ["Currency nvarchar(3)", "Reference nvarchar(140)"]),
        (null, "PaymentAccount", [
            "ConnectedId nvarchar(60) null", "Missing nvarchar(500)", "ProtectedSecretKey nvarchar(2000) null",
            "ProtectedWebhookSecret nvarchar(2000) null",
        ]),
        (null, "PaymentComparison", ["Error nvarchar(500) null"]),
        (null, "PaymentDifference", ["Kind nvarchar(20)", "Merchant nvarchar(60)", "ObjectId nvarchar(255)", "Text nvarchar(500)"]),
        (null, "PaymentReversal", [
            "Currency nvarchar(3)", "Kind nvarchar(20)", "ProviderId nvarchar(255)", "Reason nvarchar(200)", "State nvarchar(20)",
        ]),
        (null, "PlanOrder", [
            "Currency nvarchar(3)", "PaymentReference nvarchar(140) null", "PlanName nvarchar(100)", "Renewal nvarchar(10)=OneOff",
            "Status nvarchar(10)",
        ]),
        (null, "PlanSubscription", [
            "Currency nvarchar(3)", "PlanName nvarchar(100)", "ProviderId nvarchar(255)", "Renewal nvarchar(10)", "State nvarchar(10)",
        ]),
        (null, "RateCard", ["Terms nvarchar(max) null"]),
        (null, "Reseller", [
            "Account_Bic nvarchar(11)=", "Account_Holder nvarchar(70)=", "Account_Iban nvarchar(34)=", "Address_City nvarchar(max)",
            "Address_Country nvarchar(max)", "Address_PostalCode nvarchar(max)", "Address_Street nvarchar(max)",
            "BrandColor nvarchar(7)", "ContactName nvarchar(100)", "ContactPhone nvarchar(40)",
            "CreditNotePattern nvarchar(40)=CN-{yyyy}-{seq:0000}", "Currency nvarchar(3)", "Email nvarchar(max)",
            "Font nvarchar(20)=Inter", "InvoiceNumberPattern nvarchar(40)", "Language nvarchar(2)=en", "LogoHash nvarchar(64) null",
            "Name nvarchar(200)", "PayLink nvarchar(200)", "PaymentInstructions nvarchar(max)",
            "ProtectedUpstreamSecret nvarchar(max) null", "Slug nvarchar(40)", "TimeZone nvarchar(60)",
            "TwoFactor nvarchar(20)=Optional", "UpstreamRegion nvarchar(40)", "VatId nvarchar(20) null",
        ]),
        (null, "Reservation", ["Converter nvarchar(100)", "Parts nvarchar(4000)"]),
        (null, "StatisticsPull", ["Error nvarchar(400) null"]),
        (null, "SupportSession", ["Reason nvarchar(300)", "StaffName nvarchar(256)"]),
        (null, "TopUpPolicy", ["Error nvarchar(500) null"]),
        (null, "UpstreamReading", ["Account nvarchar(16)"]),
        (null, "UsageAlert", ["Currency nvarchar(3) null", "Subject nvarchar(20)", "SubjectName nvarchar(400)"]),
        (null, "UsageRollup", ["Converter nvarchar(100)", "Currency nvarchar(3)", "Environment nvarchar(60)"]),
        (null, "WebhookEvent", [
            "EventId nvarchar(255)", "Kind nvarchar(100)", "Merchant nvarchar(60)", "Note nvarchar(500) null", "ObjectId nvarchar(255)",
            "Payload nvarchar(max)", "State nvarchar(10)",
        ]),
        (null, "WorstCost", ["Converter nvarchar(100)"]),
        ("identity", "AspNetUserClaims", ["ClaimType nvarchar(max) null", "ClaimValue nvarchar(max) null"]),
        ("identity", "AspNetUserLogins", [
            "LoginProvider nvarchar(450)", "ProviderDisplayName nvarchar(max) null", "ProviderKey nvarchar(450)",
        ]),
        ("identity", "AspNetUserTokens", ["LoginProvider nvarchar(450)", "Name nvarchar(450)", "Value nvarchar(max) null"]),
        ("identity", "AspNetUsers", [
            "ConcurrencyStamp nvarchar(max) null", "Email nvarchar(256) null", "NormalizedEmail nvarchar(256) null",
            "NormalizedUserName nvarchar(256) null", "PasswordHash nvarchar(max) null", "PhoneNumber nvarchar(max) null",
            "SecurityStamp nvarchar(max) null", "UserName nvarchar(256) null",
        ]),
        ("identity", "DataProtectionKeys", ["FriendlyName nvarchar(max) null", "Xml nvarchar(max) null"]),
        ("identity", "SignInFailure", ["Network nvarchar(50)"]),
        ("identity", "UserSession", ["Address nvarchar(45)", "Agent nvarchar(300)", "Method nvarchar(20)"]),
    ];

    /// <summary>A column of a primary key is altered without it.</summary>
    private static void Collate(MigrationBuilder migrationBuilder, string collation)
    {
        foreach (var (schema, table, _) in TextKeys)
        {
            migrationBuilder.DropPrimaryKey($"PK_{table}", table, schema);
        }

        foreach (var (schema, table, columns) in Texts)
        {
            foreach (var column in columns.Select(text => text.Split('=')))
            {
                var (parts, value) = (column[0].Split(' '), column.ElementAtOrDefault(1));
                migrationBuilder.AlterColumn<string>(
                    parts[0],
                    table,
                    parts[1],
                    schema: schema,
                    nullable: parts.Length > 2,
                    defaultValue: value,
                    collation: collation,
                    oldType: parts[1],
                    oldNullable: parts.Length > 2,
                    oldDefaultValue: value);
            }
        }

        foreach (var (schema, table, columns) in TextKeys)
        {
            migrationBuilder.AddPrimaryKey($"PK_{table}", table, columns, schema);
        }
    }
}
