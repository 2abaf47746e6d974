using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AccountEmail",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    InvitationId = table.Column<Guid>(type: "uuid", nullable: true),
                    Text = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccountEmail", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUsers",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    LockoutRounds = table.Column<int>(type: "integer", nullable: false),
                    UserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedUserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedEmail = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    EmailConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    PasswordHash = table.Column<string>(type: "text", nullable: true),
                    SecurityStamp = table.Column<string>(type: "text", nullable: true),
                    ConcurrencyStamp = table.Column<string>(type: "text", nullable: true),
                    PhoneNumber = table.Column<string>(type: "text", nullable: true),
                    PhoneNumberConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    TwoFactorEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    LockoutEnd = table.Column<long>(type: "bigint", nullable: true),
                    LockoutEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    AccessFailedCount = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUsers", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "AuditEntry",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Chain = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: true),
                    Action = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    ActorName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    FromAddress = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: true),
                    Subject = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Changes = table.Column<string>(type: "text", nullable: true),
                    Sequence = table.Column<long>(type: "bigint", nullable: true),
                    Salt = table.Column<byte[]>(type: "bytea", maxLength: 16, nullable: true),
                    Commitment = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    Hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditEntry", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "BalanceTransaction",
                columns: table => new
                {
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    BalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: true),
                    Reference = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: false),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    IdempotencyKey = table.Column<Guid>(type: "uuid", nullable: false),
                    PreviousHash = table.Column<byte[]>(type: "bytea", nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BalanceTransaction", x => new { x.CustomerId, x.Sequence });
                });

            migrationBuilder.CreateTable(
                name: "BankTransaction",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Account = table.Column<string>(type: "character varying(34)", maxLength: 34, nullable: false),
                    BookedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Counterparty = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: false),
                    CounterpartyIban = table.Column<string>(type: "character varying(34)", maxLength: 34, nullable: false),
                    Reference = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    ImportedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ImportKey = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    RecordedAs = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BankTransaction", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "BulkPlan",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    PriceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    ValidityDays = table.Column<int>(type: "integer", nullable: false),
                    Renewal = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    OveragePriceMicros = table.Column<long>(type: "bigint", nullable: true),
                    IsOffered = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BulkPlan", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Checkout",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Merchant = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Purpose = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    SubjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    FeeMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    SavesMethod = table.Column<bool>(type: "boolean", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    SessionId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    Url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    PaymentId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ProcessingSinceUtc = table.Column<long>(type: "bigint", nullable: true),
                    PaidAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    ToBalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Error = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Checkout", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ConverterPeak",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    Highest = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterPeak", x => new { x.ResellerId, x.Converter, x.Day });
                });

            migrationBuilder.CreateTable(
                name: "ConverterReserve",
                columns: table => new
                {
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterReserve", x => x.Converter);
                });

            migrationBuilder.CreateTable(
                name: "CurrencyRate",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    EffectiveFrom = table.Column<DateOnly>(type: "date", nullable: false),
                    UnitsNanos = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CurrencyRate", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DataProtectionKeys",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    FriendlyName = table.Column<string>(type: "text", nullable: true),
                    Xml = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DataProtectionKeys", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "DunningPolicy",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    IsOn = table.Column<bool>(type: "boolean", nullable: false),
                    Steps = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningPolicy", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "DunningStep",
                columns: table => new
                {
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    TakenAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    FeeMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    PausesTokens = table.Column<bool>(type: "boolean", nullable: false),
                    LiftedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningStep", x => new { x.InvoiceId, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "EmailTemplate",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Language = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: false),
                    Subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EmailTemplate", x => new { x.ResellerId, x.Kind, x.Language });
                });

            migrationBuilder.CreateTable(
                name: "Invitation",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Role = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    InvitedBy = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Edition = table.Column<int>(type: "integer", nullable: false),
                    ClosedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Invitation", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Invoice",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    PeriodStart = table.Column<DateOnly>(type: "date", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    RateNanos = table.Column<long>(type: "bigint", nullable: false, defaultValue: 1000000000L),
                    Language = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: false, defaultValue: "en"),
                    FirstSequence = table.Column<long>(type: "bigint", nullable: false),
                    LastSequence = table.Column<long>(type: "bigint", nullable: false),
                    NetMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    TaxMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    TaxReason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    TaxReasonCode = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    PaidMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    CreditedMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    LateFeeMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    WrittenOffMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    WrittenOffAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    VoidedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    RemindersHeldAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    DraftedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    FinalisedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    DueOn = table.Column<DateOnly>(type: "date", nullable: true),
                    Number = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true),
                    PayKey = table.Column<Guid>(type: "uuid", nullable: true),
                    Snapshot = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Invoice", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "InvoiceSeries",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    LastNumber = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InvoiceSeries", x => new { x.ResellerId, x.Name });
                });

            migrationBuilder.CreateTable(
                name: "JournalAccounts",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Consultant = table.Column<int>(type: "integer", nullable: false),
                    Client = table.Column<int>(type: "integer", nullable: false),
                    Taxed = table.Column<int>(type: "integer", nullable: false),
                    ReverseCharge = table.Column<int>(type: "integer", nullable: false),
                    Untaxed = table.Column<int>(type: "integer", nullable: false),
                    FirstDebtor = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JournalAccounts", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "LedgerEntry",
                columns: table => new
                {
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    OccurredAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    TokenId = table.Column<Guid>(type: "uuid", nullable: false),
                    Environment = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    Source = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    RequestId = table.Column<Guid>(type: "uuid", nullable: false),
                    Reference = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    Flags = table.Column<int>(type: "integer", nullable: false),
                    CorrectsSequence = table.Column<long>(type: "bigint", nullable: true),
                    CostCommitment = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    PreviousHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LedgerEntry", x => new { x.CustomerId, x.Sequence });
                });

            migrationBuilder.CreateTable(
                name: "Logo",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Image = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Logo", x => new { x.ResellerId, x.Hash });
                });

            migrationBuilder.CreateTable(
                name: "LotDraw",
                columns: table => new
                {
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    LotId = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    CostMicros = table.Column<long>(type: "bigint", nullable: false),
                    UnitCostMicros = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Salt = table.Column<byte[]>(type: "bytea", maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LotDraw", x => new { x.CustomerId, x.Sequence, x.LotId });
                });

            migrationBuilder.CreateTable(
                name: "Notice",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Notice", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "OrderPayment",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanOrderId = table.Column<Guid>(type: "uuid", nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    TaxMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    ReceivedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    Reference = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: false),
                    ReceiptUrl = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    IdempotencyKey = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OrderPayment", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Payer",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Merchant = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    ProviderId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    MethodId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    MethodName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    IsAgreed = table.Column<bool>(type: "boolean", nullable: false),
                    DecidedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Payer", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Payment",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    ReceivedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    Reference = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: false),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    IdempotencyKey = table.Column<Guid>(type: "uuid", nullable: false),
                    CheckoutId = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Payment", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PaymentAccount",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    ConnectedId = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true),
                    ProtectedSecretKey = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    ProtectedWebhookSecret = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    TakesPayments = table.Column<bool>(type: "boolean", nullable: false),
                    Missing = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    ReadAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentAccount", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "PaymentComparison",
                columns: table => new
                {
                    Night = table.Column<DateOnly>(type: "date", nullable: false),
                    StartedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Compared = table.Column<int>(type: "integer", nullable: false),
                    Error = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentComparison", x => x.Night);
                });

            migrationBuilder.CreateTable(
                name: "PaymentDifference",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Merchant = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    ObjectId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    CheckoutId = table.Column<Guid>(type: "uuid", nullable: true),
                    Text = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    FoundAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentDifference", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PaymentReversal",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CheckoutId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProviderId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    FromBalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    CreditNoteId = table.Column<Guid>(type: "uuid", nullable: true),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentReversal", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PlanOrder",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    PriceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    ValidityDays = table.Column<int>(type: "integer", nullable: false),
                    Renewal = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false, defaultValue: "OneOff"),
                    SubscriptionId = table.Column<Guid>(type: "uuid", nullable: true),
                    IsAutomatic = table.Column<bool>(type: "boolean", nullable: false),
                    Status = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    OrderedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    DecidedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    PaymentReference = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: true),
                    IdempotencyKey = table.Column<Guid>(type: "uuid", nullable: false),
                    PaidMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    DiscountMinorUnits = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PlanOrder", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PlanSubscription",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProviderId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    PlanId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    PriceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Renewal = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    State = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    CancelsAtPeriodEnd = table.Column<bool>(type: "boolean", nullable: false),
                    PeriodStartUtc = table.Column<long>(type: "bigint", nullable: false),
                    PeriodEndUtc = table.Column<long>(type: "bigint", nullable: false),
                    GraceUntilUtc = table.Column<long>(type: "bigint", nullable: true),
                    IsGraceEndNotified = table.Column<bool>(type: "boolean", nullable: false),
                    UpgradePlanId = table.Column<Guid>(type: "uuid", nullable: true),
                    UpgradeAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    UpgradeConversions = table.Column<long>(type: "bigint", nullable: false),
                    StartedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PlanSubscription", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RateCard",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    EffectiveFrom = table.Column<DateOnly>(type: "date", nullable: false),
                    Terms = table.Column<string>(type: "text", nullable: true),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RateCard", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Reseller",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Slug = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    TimeZone = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    VatId = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    Email = table.Column<string>(type: "text", nullable: false),
                    ContactName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    ContactPhone = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    PaymentInstructions = table.Column<string>(type: "text", nullable: false),
                    PayLink = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    TakesOnlinePayments = table.Column<bool>(type: "boolean", nullable: false),
                    InvoiceNumberPattern = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CreditNotePattern = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, defaultValue: "CN-{yyyy}-{seq:0000}"),
                    PaymentTermDays = table.Column<int>(type: "integer", nullable: false),
                    StandardTaxBasisPoints = table.Column<int>(type: "integer", nullable: true),
                    UsesOneStopShop = table.Column<bool>(type: "boolean", nullable: false),
                    MailsDocumentsSinceUtc = table.Column<long>(type: "bigint", nullable: true),
                    BrandColor = table.Column<string>(type: "character varying(7)", maxLength: 7, nullable: false),
                    LogoHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Font = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, defaultValue: "Inter"),
                    Language = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: false, defaultValue: "en"),
                    PrintsCost = table.Column<bool>(type: "boolean", nullable: false),
                    ProtectedUpstreamSecret = table.Column<string>(type: "text", nullable: true),
                    UpstreamRegion = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    AcceptsQueryCredentials = table.Column<bool>(type: "boolean", nullable: false, defaultValue: true),
                    IssuesNativeTokens = table.Column<bool>(type: "boolean", nullable: false),
                    TwoFactor = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, defaultValue: "Optional"),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Account_Bic = table.Column<string>(type: "character varying(11)", maxLength: 11, nullable: false, defaultValue: ""),
                    Account_Holder = table.Column<string>(type: "character varying(70)", maxLength: 70, nullable: false, defaultValue: ""),
                    Account_Iban = table.Column<string>(type: "character varying(34)", maxLength: 34, nullable: false, defaultValue: ""),
                    Address_City = table.Column<string>(type: "text", nullable: false),
                    Address_Country = table.Column<string>(type: "text", nullable: false),
                    Address_PostalCode = table.Column<string>(type: "text", nullable: false),
                    Address_Street = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Reseller", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Reservation",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    TokenId = table.Column<Guid>(type: "uuid", nullable: false),
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    Parts = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Reservation", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "TopUpPolicy",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanId = table.Column<Guid>(type: "uuid", nullable: false),
                    IsOn = table.Column<bool>(type: "boolean", nullable: false),
                    BelowConversions = table.Column<long>(type: "bigint", nullable: true),
                    WithinDays = table.Column<int>(type: "integer", nullable: true),
                    MonthlyCapMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Error = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TopUpPolicy", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "UpstreamReading",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Account = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    FromUtc = table.Column<long>(type: "bigint", nullable: true),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Consumed = table.Column<long>(type: "bigint", nullable: false),
                    Held = table.Column<long>(type: "bigint", nullable: false),
                    Charged = table.Column<long>(type: "bigint", nullable: false),
                    Recorded = table.Column<long>(type: "bigint", nullable: false),
                    Counted = table.Column<long>(type: "bigint", nullable: true),
                    HeldBefore = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UpstreamReading", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UsageAlert",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Subject = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    SubjectId = table.Column<Guid>(type: "uuid", nullable: false),
                    SubjectName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Month = table.Column<DateOnly>(type: "date", nullable: true),
                    Percent = table.Column<int>(type: "integer", nullable: false),
                    Used = table.Column<long>(type: "bigint", nullable: false),
                    Limit = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UsageAlert", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "UsageRollup",
                columns: table => new
                {
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    TokenId = table.Column<Guid>(type: "uuid", nullable: false),
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    UnitCostMicros = table.Column<long>(type: "bigint", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Environment = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Entries = table.Column<long>(type: "bigint", nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    CostMicros = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UsageRollup", x => new { x.CustomerId, x.Day, x.TokenId, x.Converter, x.UnitCostMicros });
                });

            migrationBuilder.CreateTable(
                name: "WebhookEvent",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Merchant = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    EventId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Kind = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    ObjectId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Payload = table.Column<string>(type: "text", nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ReceivedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    ProcessedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WebhookEvent", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserClaims",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    ClaimType = table.Column<string>(type: "text", nullable: true),
                    ClaimValue = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserClaims", x => x.Id);
                    table.ForeignKey(
                        name: "FK_AspNetUserClaims_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserLogins",
                columns: table => new
                {
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    ProviderKey = table.Column<string>(type: "text", nullable: false),
                    ProviderDisplayName = table.Column<string>(type: "text", nullable: true),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserLogins", x => new { x.LoginProvider, x.ProviderKey });
                    table.ForeignKey(
                        name: "FK_AspNetUserLogins_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserPasskeys",
                columns: table => new
                {
                    CredentialId = table.Column<byte[]>(type: "bytea", maxLength: 1024, nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    Data = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserPasskeys", x => x.CredentialId);
                    table.ForeignKey(
                        name: "FK_AspNetUserPasskeys_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "AspNetUserTokens",
                columns: table => new
                {
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: false),
                    Value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AspNetUserTokens", x => new { x.UserId, x.LoginProvider, x.Name });
                    table.ForeignKey(
                        name: "FK_AspNetUserTokens_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Member",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: true),
                    Role = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Member", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Member_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "UserSession",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    Method = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    HasSecondFactor = table.Column<bool>(type: "boolean", nullable: false),
                    StartedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    SeenAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    IdleMinutes = table.Column<int>(type: "integer", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Address = table.Column<string>(type: "character varying(45)", maxLength: 45, nullable: false),
                    Agent = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UserSession", x => x.Id);
                    table.ForeignKey(
                        name: "FK_UserSession_AspNetUsers_UserId",
                        column: x => x.UserId,
                        principalTable: "AspNetUsers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CreditNote",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    Number = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    IssuedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    IssuedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    NetMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    TaxMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Snapshot = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CreditNote", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CreditNote_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Delivery",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    DocumentId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Round = table.Column<int>(type: "integer", nullable: false),
                    To = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Subject = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    Text = table.Column<string>(type: "text", nullable: false),
                    QueuedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    SentAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Error = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Delivery", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Delivery_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "InvoiceCost",
                columns: table => new
                {
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    LateQuantity = table.Column<long>(type: "bigint", nullable: false),
                    CostMicros = table.Column<long>(type: "bigint", nullable: false),
                    RateCardVersion = table.Column<int>(type: "integer", nullable: false),
                    CurrencyRateVersion = table.Column<int>(type: "integer", nullable: false),
                    Days = table.Column<string>(type: "text", nullable: false),
                    Tokens = table.Column<string>(type: "text", nullable: false, defaultValueSql: "'[]'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InvoiceCost", x => x.InvoiceId);
                    table.ForeignKey(
                        name: "FK_InvoiceCost_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "InvoiceLine",
                columns: table => new
                {
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Description = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false),
                    UnitPriceMicros = table.Column<long>(type: "bigint", nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    TaxCategory = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: false),
                    TaxRateBasisPoints = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InvoiceLine", x => new { x.InvoiceId, x.Position });
                    table.ForeignKey(
                        name: "FK_InvoiceLine_Invoice_InvoiceId",
                        column: x => x.InvoiceId,
                        principalTable: "Invoice",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "CreditLot",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    PlanOrderId = table.Column<Guid>(type: "uuid", nullable: true),
                    Kind = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    PlanName = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Granted = table.Column<long>(type: "bigint", nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    Used = table.Column<long>(type: "bigint", nullable: false),
                    Reserved = table.Column<long>(type: "bigint", nullable: false),
                    UnitCostMicros = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    ValidFromUtc = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ExpiryRecordedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    AlertedPercent = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CreditLot", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CreditLot_PlanOrder_PlanOrderId",
                        column: x => x.PlanOrderId,
                        principalTable: "PlanOrder",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "Customer",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    VatId = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    BuyerReference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    ElectronicProfile = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, defaultValue: "Peppol"),
                    Language = table.Column<string>(type: "character varying(2)", maxLength: 2, nullable: true),
                    TaxTreatment = table.Column<int>(type: "integer", nullable: false),
                    TaxExemptionReason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    SelfServiceTokens = table.Column<int>(type: "integer", nullable: false),
                    SelfServiceMaxLimit = table.Column<long>(type: "bigint", nullable: true),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ErasedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    LastDay = table.Column<DateOnly>(type: "date", nullable: true),
                    PausedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    IsPrepaid = table.Column<bool>(type: "boolean", nullable: false),
                    BalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    BalanceSequence = table.Column<long>(type: "bigint", nullable: false),
                    BalanceHead = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    BalanceAlertedPercent = table.Column<int>(type: "integer", nullable: false),
                    ConversionsConsumed = table.Column<long>(type: "bigint", nullable: false),
                    ConversionsCovered = table.Column<long>(type: "bigint", nullable: false),
                    CoveredConverter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: true),
                    CoveredUntilUtc = table.Column<long>(type: "bigint", nullable: true),
                    LastSequence = table.Column<long>(type: "bigint", nullable: false),
                    ChainHead = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    MonthlyBudget = table.Column<long>(type: "bigint", nullable: true),
                    UsageMonth = table.Column<DateOnly>(type: "date", nullable: true),
                    UsedInMonth = table.Column<long>(type: "bigint", nullable: false),
                    AlertedPercent = table.Column<int>(type: "integer", nullable: false),
                    BilledThroughSequence = table.Column<long>(type: "bigint", nullable: false),
                    Address_City = table.Column<string>(type: "text", nullable: false),
                    Address_Country = table.Column<string>(type: "text", nullable: false),
                    Address_PostalCode = table.Column<string>(type: "text", nullable: false),
                    Address_Street = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Customer", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Customer_Reseller_ResellerId",
                        column: x => x.ResellerId,
                        principalTable: "Reseller",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "InvoiceSchedule",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    IsOn = table.Column<bool>(type: "boolean", nullable: false),
                    Day = table.Column<int>(type: "integer", nullable: false),
                    Hour = table.Column<int>(type: "integer", nullable: false),
                    Mode = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    RunThrough = table.Column<DateOnly>(type: "date", nullable: true),
                    LeasedUntilUtc = table.Column<long>(type: "bigint", nullable: true),
                    LastRunAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Report = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_InvoiceSchedule", x => x.ResellerId);
                    table.ForeignKey(
                        name: "FK_InvoiceSchedule_Reseller_ResellerId",
                        column: x => x.ResellerId,
                        principalTable: "Reseller",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "StatisticsPull",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ThroughDay = table.Column<DateOnly>(type: "date", nullable: true),
                    Added = table.Column<long>(type: "bigint", nullable: false),
                    Error = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatisticsPull", x => x.ResellerId);
                    table.ForeignKey(
                        name: "FK_StatisticsPull_Reseller_ResellerId",
                        column: x => x.ResellerId,
                        principalTable: "Reseller",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CreditedLine",
                columns: table => new
                {
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    CreditNoteId = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CreditedLine", x => new { x.InvoiceId, x.Position });
                    table.ForeignKey(
                        name: "FK_CreditedLine_CreditNote_CreditNoteId",
                        column: x => x.CreditNoteId,
                        principalTable: "CreditNote",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "LotAdjustment",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    LotId = table.Column<Guid>(type: "uuid", nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    Reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    ActorName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LotAdjustment", x => x.Id);
                    table.ForeignKey(
                        name: "FK_LotAdjustment_CreditLot_LotId",
                        column: x => x.LotId,
                        principalTable: "CreditLot",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ApiToken",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Environment = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    SecretHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    ProtectedSecret = table.Column<string>(type: "text", nullable: false),
                    SecretEnding = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    PreviousSecretHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    PreviousProtectedSecret = table.Column<string>(type: "text", nullable: true),
                    PreviousSecretEndsAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    UsageLimit = table.Column<long>(type: "bigint", nullable: true),
                    LimitPeriod = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    Used = table.Column<long>(type: "bigint", nullable: false),
                    Reserved = table.Column<long>(type: "bigint", nullable: false),
                    LimitMonth = table.Column<DateOnly>(type: "date", nullable: true),
                    UsedBeforeMonth = table.Column<long>(type: "bigint", nullable: false),
                    OpenRequests = table.Column<int>(type: "integer", nullable: false),
                    ConcurrentRequests = table.Column<int>(type: "integer", nullable: true),
                    RequestsPerMinute = table.Column<int>(type: "integer", nullable: true),
                    RateClearsAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    AllowedConverters = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    AllowedNetworks = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    AllowedOrigins = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    IsMaster = table.Column<bool>(type: "boolean", nullable: false),
                    IsNative = table.Column<bool>(type: "boolean", nullable: false),
                    DeletedUpstreamAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    AlertedPercent = table.Column<int>(type: "integer", nullable: false),
                    PausedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    IsPrepaid = table.Column<bool>(type: "boolean", nullable: false),
                    NotBeforeUtc = table.Column<long>(type: "bigint", nullable: true),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    ImportName = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    ExpiryRecordedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    RevokedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    IsSelfService = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ApiToken", x => x.Id);
                    table.ForeignKey(
                        name: "FK_ApiToken_Customer_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customer",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "ConversionJob",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    WebHook = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    State = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    WebHookDueAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    WebHookAttempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConversionJob", x => x.Id);
                    table.ForeignKey(
                        name: "FK_ConversionJob_Customer_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customer",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "SupportSession",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    StaffName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Reason = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    StartedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    EndsAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SupportSession", x => x.Id);
                    table.ForeignKey(
                        name: "FK_SupportSession_Customer_CustomerId",
                        column: x => x.CustomerId,
                        principalTable: "Customer",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AccountEmail_MailedAtUtc",
                table: "AccountEmail",
                column: "MailedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_CustomerId",
                table: "ApiToken",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_ExpiresAtUtc",
                table: "ApiToken",
                column: "ExpiresAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_PreviousSecretHash",
                table: "ApiToken",
                column: "PreviousSecretHash");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_ResellerId_CustomerId",
                table: "ApiToken",
                columns: new[] { "ResellerId", "CustomerId" });

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_SecretHash",
                table: "ApiToken",
                column: "SecretHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserClaims_UserId",
                table: "AspNetUserClaims",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserLogins_UserId",
                table: "AspNetUserLogins",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_AspNetUserPasskeys_UserId",
                table: "AspNetUserPasskeys",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "EmailIndex",
                table: "AspNetUsers",
                column: "NormalizedEmail");

            migrationBuilder.CreateIndex(
                name: "UserNameIndex",
                table: "AspNetUsers",
                column: "NormalizedUserName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntry_Chain_Sequence",
                table: "AuditEntry",
                columns: new[] { "Chain", "Sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntry_ResellerId_AtUtc",
                table: "AuditEntry",
                columns: new[] { "ResellerId", "AtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntry_Sequence",
                table: "AuditEntry",
                column: "Sequence");

            migrationBuilder.CreateIndex(
                name: "IX_BalanceTransaction_InvoiceId",
                table: "BalanceTransaction",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_BalanceTransaction_ResellerId_IdempotencyKey",
                table: "BalanceTransaction",
                columns: new[] { "ResellerId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_BankTransaction_ResellerId_ImportKey",
                table: "BankTransaction",
                columns: new[] { "ResellerId", "ImportKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_BankTransaction_ResellerId_State_BookedOn",
                table: "BankTransaction",
                columns: new[] { "ResellerId", "State", "BookedOn" });

            migrationBuilder.CreateIndex(
                name: "IX_BulkPlan_Name",
                table: "BulkPlan",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Checkout_Merchant_PaymentId",
                table: "Checkout",
                columns: new[] { "Merchant", "PaymentId" });

            migrationBuilder.CreateIndex(
                name: "IX_Checkout_ResellerId_CreatedAtUtc",
                table: "Checkout",
                columns: new[] { "ResellerId", "CreatedAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_Checkout_SubjectId_State",
                table: "Checkout",
                columns: new[] { "SubjectId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_CustomerId_Name",
                table: "ConversionJob",
                columns: new[] { "CustomerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_State_CreatedAtUtc",
                table: "ConversionJob",
                columns: new[] { "State", "CreatedAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_WebHookDueAtUtc",
                table: "ConversionJob",
                column: "WebHookDueAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_CreditedLine_CreditNoteId",
                table: "CreditedLine",
                column: "CreditNoteId");

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_PlanOrderId",
                table: "CreditLot",
                column: "PlanOrderId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_ResellerId_ExpiresAtUtc",
                table: "CreditLot",
                columns: new[] { "ResellerId", "ExpiresAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_InvoiceId",
                table: "CreditNote",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_ResellerId_Number",
                table: "CreditNote",
                columns: new[] { "ResellerId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CurrencyRate_ResellerId_Version",
                table: "CurrencyRate",
                columns: new[] { "ResellerId", "Version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Customer_ResellerId_Name",
                table: "Customer",
                columns: new[] { "ResellerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_DocumentId_Kind_Round",
                table: "Delivery",
                columns: new[] { "DocumentId", "Kind", "Round" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_InvoiceId",
                table: "Delivery",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_Delivery_NextAttemptAtUtc",
                table: "Delivery",
                column: "NextAttemptAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_DunningStep_CustomerId",
                table: "DunningStep",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_Invitation_ResellerId_CustomerId",
                table: "Invitation",
                columns: new[] { "ResellerId", "CustomerId" });

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice",
                columns: new[] { "CustomerId", "PeriodStart" },
                unique: true,
                filter: "\"VoidedAtUtc\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_PayKey",
                table: "Invoice",
                column: "PayKey");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_ResellerId_Number",
                table: "Invoice",
                columns: new[] { "ResellerId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_CustomerId_CorrectsSequence",
                table: "LedgerEntry",
                columns: new[] { "CustomerId", "CorrectsSequence" },
                filter: "\"CorrectsSequence\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_CustomerId_OccurredAtUtc",
                table: "LedgerEntry",
                columns: new[] { "CustomerId", "OccurredAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_RequestId",
                table: "LedgerEntry",
                column: "RequestId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_ResellerId_OccurredAtUtc",
                table: "LedgerEntry",
                columns: new[] { "ResellerId", "OccurredAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_LotAdjustment_LotId",
                table: "LotAdjustment",
                column: "LotId");

            migrationBuilder.CreateIndex(
                name: "IX_Member_UserId",
                table: "Member",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_Notice_MailedAtUtc",
                table: "Notice",
                column: "MailedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_OrderPayment_PlanOrderId_IdempotencyKey",
                table: "OrderPayment",
                columns: new[] { "PlanOrderId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Payer_Merchant_ProviderId",
                table: "Payer",
                columns: new[] { "Merchant", "ProviderId" });

            migrationBuilder.CreateIndex(
                name: "IX_Payer_ResellerId_CustomerId_Merchant",
                table: "Payer",
                columns: new[] { "ResellerId", "CustomerId", "Merchant" });

            migrationBuilder.CreateIndex(
                name: "IX_Payment_CheckoutId",
                table: "Payment",
                column: "CheckoutId");

            migrationBuilder.CreateIndex(
                name: "IX_Payment_InvoiceId",
                table: "Payment",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_Payment_ResellerId_IdempotencyKey",
                table: "Payment",
                columns: new[] { "ResellerId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PaymentAccount_ConnectedId",
                table: "PaymentAccount",
                column: "ConnectedId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PaymentDifference_Merchant_ObjectId",
                table: "PaymentDifference",
                columns: new[] { "Merchant", "ObjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PaymentReversal_CheckoutId_ProviderId",
                table: "PaymentReversal",
                columns: new[] { "CheckoutId", "ProviderId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PlanOrder_OrderedAtUtc",
                table: "PlanOrder",
                column: "OrderedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_PlanOrder_ResellerId_IdempotencyKey",
                table: "PlanOrder",
                columns: new[] { "ResellerId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_PlanOrder_SubscriptionId",
                table: "PlanOrder",
                column: "SubscriptionId");

            migrationBuilder.CreateIndex(
                name: "IX_PlanSubscription_GraceUntilUtc",
                table: "PlanSubscription",
                column: "GraceUntilUtc");

            migrationBuilder.CreateIndex(
                name: "IX_PlanSubscription_ProviderId",
                table: "PlanSubscription",
                column: "ProviderId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_RateCard_ResellerId_Version",
                table: "RateCard",
                columns: new[] { "ResellerId", "Version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Reseller_Slug",
                table: "Reseller",
                column: "Slug",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SupportSession_CustomerId_StartedAtUtc",
                table: "SupportSession",
                columns: new[] { "CustomerId", "StartedAtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_UpstreamReading_ResellerId_AtUtc",
                table: "UpstreamReading",
                columns: new[] { "ResellerId", "AtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageAlert_MailedAtUtc",
                table: "UsageAlert",
                column: "MailedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_UsageAlert_ResellerId_AtUtc",
                table: "UsageAlert",
                columns: new[] { "ResellerId", "AtUtc" });

            migrationBuilder.CreateIndex(
                name: "IX_UsageRollup_ResellerId_Day",
                table: "UsageRollup",
                columns: new[] { "ResellerId", "Day" });

            migrationBuilder.CreateIndex(
                name: "IX_UserSession_ExpiresAtUtc",
                table: "UserSession",
                column: "ExpiresAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_UserSession_UserId",
                table: "UserSession",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_WebhookEvent_Merchant_EventId",
                table: "WebhookEvent",
                columns: new[] { "Merchant", "EventId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_WebhookEvent_NextAttemptAtUtc",
                table: "WebhookEvent",
                column: "NextAttemptAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_WebhookEvent_ReceivedAtUtc",
                table: "WebhookEvent",
                column: "ReceivedAtUtc");

            Protect(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AccountEmail");

            migrationBuilder.DropTable(
                name: "ApiToken");

            migrationBuilder.DropTable(
                name: "AspNetUserClaims");

            migrationBuilder.DropTable(
                name: "AspNetUserLogins");

            migrationBuilder.DropTable(
                name: "AspNetUserPasskeys");

            migrationBuilder.DropTable(
                name: "AspNetUserTokens");

            migrationBuilder.DropTable(
                name: "AuditEntry");

            migrationBuilder.DropTable(
                name: "BalanceTransaction");

            migrationBuilder.DropTable(
                name: "BankTransaction");

            migrationBuilder.DropTable(
                name: "BulkPlan");

            migrationBuilder.DropTable(
                name: "Checkout");

            migrationBuilder.DropTable(
                name: "ConversionJob");

            migrationBuilder.DropTable(
                name: "ConverterPeak");

            migrationBuilder.DropTable(
                name: "ConverterReserve");

            migrationBuilder.DropTable(
                name: "CreditedLine");

            migrationBuilder.DropTable(
                name: "CurrencyRate");

            migrationBuilder.DropTable(
                name: "DataProtectionKeys");

            migrationBuilder.DropTable(
                name: "Delivery");

            migrationBuilder.DropTable(
                name: "DunningPolicy");

            migrationBuilder.DropTable(
                name: "DunningStep");

            migrationBuilder.DropTable(
                name: "EmailTemplate");

            migrationBuilder.DropTable(
                name: "Invitation");

            migrationBuilder.DropTable(
                name: "InvoiceCost");

            migrationBuilder.DropTable(
                name: "InvoiceLine");

            migrationBuilder.DropTable(
                name: "InvoiceSchedule");

            migrationBuilder.DropTable(
                name: "InvoiceSeries");

            migrationBuilder.DropTable(
                name: "JournalAccounts");

            migrationBuilder.DropTable(
                name: "LedgerEntry");

            migrationBuilder.DropTable(
                name: "Logo");

            migrationBuilder.DropTable(
                name: "LotAdjustment");

            migrationBuilder.DropTable(
                name: "LotDraw");

            migrationBuilder.DropTable(
                name: "Member");

            migrationBuilder.DropTable(
                name: "Notice");

            migrationBuilder.DropTable(
                name: "OrderPayment");

            migrationBuilder.DropTable(
                name: "Payer");

            migrationBuilder.DropTable(
                name: "Payment");

            migrationBuilder.DropTable(
                name: "PaymentAccount");

            migrationBuilder.DropTable(
                name: "PaymentComparison");

            migrationBuilder.DropTable(
                name: "PaymentDifference");

            migrationBuilder.DropTable(
                name: "PaymentReversal");

            migrationBuilder.DropTable(
                name: "PlanSubscription");

            migrationBuilder.DropTable(
                name: "RateCard");

            migrationBuilder.DropTable(
                name: "Reservation");

            migrationBuilder.DropTable(
                name: "StatisticsPull");

            migrationBuilder.DropTable(
                name: "SupportSession");

            migrationBuilder.DropTable(
                name: "TopUpPolicy");

            migrationBuilder.DropTable(
                name: "UpstreamReading");

            migrationBuilder.DropTable(
                name: "UsageAlert");

            migrationBuilder.DropTable(
                name: "UsageRollup");

            migrationBuilder.DropTable(
                name: "UserSession");

            migrationBuilder.DropTable(
                name: "WebhookEvent");

            migrationBuilder.DropTable(
                name: "CreditNote");

            migrationBuilder.DropTable(
                name: "CreditLot");

            migrationBuilder.DropTable(
                name: "Customer");

            migrationBuilder.DropTable(
                name: "AspNetUsers");

            migrationBuilder.DropTable(
                name: "Invoice");

            migrationBuilder.DropTable(
                name: "PlanOrder");

            migrationBuilder.DropTable(
                name: "Reseller");
        }
    }
}
