using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class OnlinePayments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "TakesOnlinePayments",
                table: "Reseller",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "DiscountMinorUnits",
                table: "PlanOrder",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "IsAutomatic",
                table: "PlanOrder",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Renewal",
                table: "PlanOrder",
                type: "nvarchar(10)",
                maxLength: 10,
                nullable: false,
                defaultValue: "OneOff");

            migrationBuilder.AddColumn<Guid>(
                name: "SubscriptionId",
                table: "PlanOrder",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "CheckoutId",
                table: "Payment",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReceiptUrl",
                table: "OrderPayment",
                type: "nvarchar(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "TaxMinorUnits",
                table: "OrderPayment",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<Guid>(
                name: "PayKey",
                table: "Invoice",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Checkout",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Merchant = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    Purpose = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    SubjectId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false),
                    FeeMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    SavesMethod = table.Column<bool>(type: "bit", nullable: false),
                    State = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    SessionId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true),
                    Url = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true),
                    ExpiresAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    PaymentId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ProcessingSinceUtc = table.Column<long>(type: "bigint", nullable: true),
                    PaidAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    ToBalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Fault = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Checkout", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Notice",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: false),
                    AtUtc = table.Column<long>(type: "bigint", nullable: false),
                    MailedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Notice", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Payer",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Merchant = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    ProviderId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true),
                    MethodId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true),
                    MethodName = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true),
                    IsAgreed = table.Column<bool>(type: "bit", nullable: false),
                    DecidedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Payer", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PaymentAccount",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ConnectedId = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: true),
                    ProtectedSecretKey = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true),
                    ProtectedWebhookSecret = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true),
                    TakesPayments = table.Column<bool>(type: "bit", nullable: false),
                    Missing = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
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
                    Compared = table.Column<int>(type: "int", nullable: false),
                    Fault = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentComparison", x => x.Night);
                });

            migrationBuilder.CreateTable(
                name: "PaymentDifference",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Merchant = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    ObjectId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    CheckoutId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Text = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
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
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CheckoutId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ProviderId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false),
                    FromBalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    Reason = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    CreditNoteId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PaymentReversal", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PlanSubscription",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ProviderId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    PlanId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    PlanName = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    Conversions = table.Column<long>(type: "bigint", nullable: false),
                    PriceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false),
                    Renewal = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false),
                    State = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false),
                    CancelsAtPeriodEnd = table.Column<bool>(type: "bit", nullable: false),
                    PeriodStartUtc = table.Column<long>(type: "bigint", nullable: false),
                    PeriodEndUtc = table.Column<long>(type: "bigint", nullable: false),
                    GraceUntilUtc = table.Column<long>(type: "bigint", nullable: true),
                    IsGraceEndNoticed = table.Column<bool>(type: "bit", nullable: false),
                    UpgradePlanId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
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
                name: "ProviderEvent",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Merchant = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    EventId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    ObjectId = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false),
                    Payload = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ReceivedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false),
                    Attempts = table.Column<int>(type: "int", nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    HandledAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Note = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProviderEvent", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "TopUpPolicy",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    PlanId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    IsOn = table.Column<bool>(type: "bit", nullable: false),
                    BelowConversions = table.Column<long>(type: "bigint", nullable: true),
                    WithinDays = table.Column<int>(type: "int", nullable: true),
                    MonthlyCapMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Fault = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TopUpPolicy", x => x.ResellerId);
                });

            migrationBuilder.CreateIndex(
                name: "IX_PlanOrder_SubscriptionId",
                table: "PlanOrder",
                column: "SubscriptionId");

            migrationBuilder.CreateIndex(
                name: "IX_Payment_CheckoutId",
                table: "Payment",
                column: "CheckoutId");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_PayKey",
                table: "Invoice",
                column: "PayKey");

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
                name: "IX_Notice_MailedAtUtc",
                table: "Notice",
                column: "MailedAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_Payer_Merchant_ProviderId",
                table: "Payer",
                columns: new[] { "Merchant", "ProviderId" });

            migrationBuilder.CreateIndex(
                name: "IX_Payer_ResellerId_CustomerId_Merchant",
                table: "Payer",
                columns: new[] { "ResellerId", "CustomerId", "Merchant" });

            migrationBuilder.CreateIndex(
                name: "IX_PaymentAccount_ConnectedId",
                table: "PaymentAccount",
                column: "ConnectedId",
                unique: true,
                filter: "[ConnectedId] IS NOT NULL");

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
                name: "IX_PlanSubscription_GraceUntilUtc",
                table: "PlanSubscription",
                column: "GraceUntilUtc");

            migrationBuilder.CreateIndex(
                name: "IX_PlanSubscription_ProviderId",
                table: "PlanSubscription",
                column: "ProviderId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ProviderEvent_Merchant_EventId",
                table: "ProviderEvent",
                columns: new[] { "Merchant", "EventId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ProviderEvent_NextAttemptAtUtc",
                table: "ProviderEvent",
                column: "NextAttemptAtUtc");

            migrationBuilder.CreateIndex(
                name: "IX_ProviderEvent_ReceivedAtUtc",
                table: "ProviderEvent",
                column: "ReceivedAtUtc");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Checkout");

            migrationBuilder.DropTable(
                name: "Notice");

            migrationBuilder.DropTable(
                name: "Payer");

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
                name: "ProviderEvent");

            migrationBuilder.DropTable(
                name: "TopUpPolicy");

            migrationBuilder.DropIndex(
                name: "IX_PlanOrder_SubscriptionId",
                table: "PlanOrder");

            migrationBuilder.DropIndex(
                name: "IX_Payment_CheckoutId",
                table: "Payment");

            migrationBuilder.DropIndex(
                name: "IX_Invoice_PayKey",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "TakesOnlinePayments",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "DiscountMinorUnits",
                table: "PlanOrder");

            migrationBuilder.DropColumn(
                name: "IsAutomatic",
                table: "PlanOrder");

            migrationBuilder.DropColumn(
                name: "Renewal",
                table: "PlanOrder");

            migrationBuilder.DropColumn(
                name: "SubscriptionId",
                table: "PlanOrder");

            migrationBuilder.DropColumn(
                name: "CheckoutId",
                table: "Payment");

            migrationBuilder.DropColumn(
                name: "ReceiptUrl",
                table: "OrderPayment");

            migrationBuilder.DropColumn(
                name: "TaxMinorUnits",
                table: "OrderPayment");

            migrationBuilder.DropColumn(
                name: "PayKey",
                table: "Invoice");
        }
    }
}
