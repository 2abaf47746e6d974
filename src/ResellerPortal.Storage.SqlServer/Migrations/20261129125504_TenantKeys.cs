using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class TenantKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A primary key stays as long as a foreign key refers to it.
            migrationBuilder.Sql("DROP TABLE [TruncationGuard]");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiToken_Customer_CustomerId",
                table: "ApiToken");

            migrationBuilder.DropForeignKey(
                name: "FK_ConversionJob_Customer_CustomerId",
                table: "ConversionJob");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditedLine_CreditNote_CreditNoteId",
                table: "CreditedLine");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditLot_PlanOrder_PlanOrderId",
                table: "CreditLot");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditNote_Invoice_InvoiceId",
                table: "CreditNote");

            migrationBuilder.DropForeignKey(
                name: "FK_InvoiceCost_Invoice_InvoiceId",
                table: "InvoiceCost");

            migrationBuilder.DropForeignKey(
                name: "FK_InvoiceLine_Invoice_InvoiceId",
                table: "InvoiceLine");

            migrationBuilder.DropForeignKey(
                name: "FK_LotAdjustment_CreditLot_LotId",
                table: "LotAdjustment");

            migrationBuilder.DropForeignKey(
                name: "FK_OutboxEmail_Invoice_InvoiceId",
                table: "OutboxEmail");

            migrationBuilder.DropForeignKey(
                name: "FK_SupportSession_Customer_CustomerId",
                table: "SupportSession");

            migrationBuilder.DropPrimaryKey(
                name: "PK_UsageRollup",
                table: "UsageRollup");

            migrationBuilder.DropPrimaryKey(
                name: "PK_SupportSession",
                table: "SupportSession");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Reservation",
                table: "Reservation");

            migrationBuilder.DropPrimaryKey(
                name: "PK_RateCard",
                table: "RateCard");

            migrationBuilder.DropPrimaryKey(
                name: "PK_PlanSubscription",
                table: "PlanSubscription");

            migrationBuilder.DropPrimaryKey(
                name: "PK_PlanOrder",
                table: "PlanOrder");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Payment",
                table: "Payment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_OrderPayment",
                table: "OrderPayment");

            migrationBuilder.DropIndex(
                name: "IX_OrderPayment_PlanOrderId_IdempotencyKey",
                table: "OrderPayment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LotDraw",
                table: "LotDraw");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LotAdjustment",
                table: "LotAdjustment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LedgerEntry",
                table: "LedgerEntry");

            migrationBuilder.DropIndex(
                name: "IX_LedgerEntry_RequestId",
                table: "LedgerEntry");

            migrationBuilder.DropPrimaryKey(
                name: "PK_InvoiceLine",
                table: "InvoiceLine");

            migrationBuilder.DropPrimaryKey(
                name: "PK_InvoiceCost",
                table: "InvoiceCost");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Invoice",
                table: "Invoice");

            migrationBuilder.DropIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice");

            migrationBuilder.DropPrimaryKey(
                name: "PK_GatewayHost",
                table: "GatewayHost");

            migrationBuilder.DropPrimaryKey(
                name: "PK_DunningStep",
                table: "DunningStep");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Customer",
                table: "Customer");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CurrencyRate",
                table: "CurrencyRate");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditNote",
                table: "CreditNote");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditLot",
                table: "CreditLot");

            migrationBuilder.DropIndex(
                name: "IX_CreditLot_PlanOrderId",
                table: "CreditLot");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditedLine",
                table: "CreditedLine");

            migrationBuilder.DropIndex(
                name: "IX_CreditedLine_CreditNoteId",
                table: "CreditedLine");

            migrationBuilder.DropPrimaryKey(
                name: "PK_ConversionJob",
                table: "ConversionJob");

            migrationBuilder.DropIndex(
                name: "IX_ConversionJob_CustomerId_Name",
                table: "ConversionJob");

            migrationBuilder.DropPrimaryKey(
                name: "PK_BankTransaction",
                table: "BankTransaction");

            migrationBuilder.DropPrimaryKey(
                name: "PK_BalanceTransaction",
                table: "BalanceTransaction");

            migrationBuilder.DropPrimaryKey(
                name: "PK_AuditEntry",
                table: "AuditEntry");

            migrationBuilder.DropPrimaryKey(
                name: "PK_ApiToken",
                table: "ApiToken");

            migrationBuilder.DropIndex(
                name: "IX_ApiToken_CustomerId",
                table: "ApiToken");

            migrationBuilder.DropIndex(
                name: "IX_ApiToken_SecretHash",
                table: "ApiToken");

            migrationBuilder.AlterColumn<string>(
                name: "Parts",
                table: "Reservation",
                type: "nvarchar(max)",
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(4000)",
                oldMaxLength: 4000,
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AddPrimaryKey(
                name: "PK_UsageRollup",
                table: "UsageRollup",
                columns: new[] { "ResellerId", "CustomerId", "Day", "TokenId", "Converter", "UnitCostMicros" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_SupportSession",
                table: "SupportSession",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_Reservation",
                table: "Reservation",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_RateCard",
                table: "RateCard",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_PlanSubscription",
                table: "PlanSubscription",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_PlanOrder",
                table: "PlanOrder",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_Payment",
                table: "Payment",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_OrderPayment",
                table: "OrderPayment",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_LotDraw",
                table: "LotDraw",
                columns: new[] { "ResellerId", "CustomerId", "Sequence", "LotId" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_LotAdjustment",
                table: "LotAdjustment",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_LedgerEntry",
                table: "LedgerEntry",
                columns: new[] { "ResellerId", "CustomerId", "Sequence" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_InvoiceLine",
                table: "InvoiceLine",
                columns: new[] { "ResellerId", "InvoiceId", "Position" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_InvoiceCost",
                table: "InvoiceCost",
                columns: new[] { "ResellerId", "InvoiceId" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_Invoice",
                table: "Invoice",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_GatewayHost",
                table: "GatewayHost",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_DunningStep",
                table: "DunningStep",
                columns: new[] { "ResellerId", "InvoiceId", "Number" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_Customer",
                table: "Customer",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CurrencyRate",
                table: "CurrencyRate",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditNote",
                table: "CreditNote",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditLot",
                table: "CreditLot",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditedLine",
                table: "CreditedLine",
                columns: new[] { "ResellerId", "InvoiceId", "Position" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_ConversionJob",
                table: "ConversionJob",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_BankTransaction",
                table: "BankTransaction",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_BalanceTransaction",
                table: "BalanceTransaction",
                columns: new[] { "ResellerId", "CustomerId", "Sequence" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_AuditEntry",
                table: "AuditEntry",
                columns: new[] { "Chain", "Id" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_ApiToken",
                table: "ApiToken",
                columns: new[] { "ResellerId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_SupportSession_Id",
                table: "SupportSession",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_SupportSession_ResellerId_CustomerId",
                table: "SupportSession",
                columns: new[] { "ResellerId", "CustomerId" });

            migrationBuilder.CreateIndex(
                name: "IX_RateCard_Id",
                table: "RateCard",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_PlanSubscription_Id",
                table: "PlanSubscription",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_PlanOrder_Id",
                table: "PlanOrder",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_Payment_Id",
                table: "Payment",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_OrderPayment_Id",
                table: "OrderPayment",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_OrderPayment_PlanOrderId_IdempotencyKey_ResellerId",
                table: "OrderPayment",
                columns: new[] { "PlanOrderId", "IdempotencyKey", "ResellerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_LotAdjustment_Id",
                table: "LotAdjustment",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_LotAdjustment_ResellerId_LotId",
                table: "LotAdjustment",
                columns: new[] { "ResellerId", "LotId" });

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_RequestId_ResellerId",
                table: "LedgerEntry",
                columns: new[] { "RequestId", "ResellerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_InvoiceCost_InvoiceId",
                table: "InvoiceCost",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_CustomerId_PeriodStart_ResellerId",
                table: "Invoice",
                columns: new[] { "CustomerId", "PeriodStart", "ResellerId" },
                unique: true,
                filter: "\"VoidedAtUtc\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_Id",
                table: "Invoice",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_GatewayHost_Id",
                table: "GatewayHost",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_Customer_Id",
                table: "Customer",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_CurrencyRate_Id",
                table: "CurrencyRate",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_Id",
                table: "CreditNote",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_ResellerId_InvoiceId",
                table: "CreditNote",
                columns: new[] { "ResellerId", "InvoiceId" });

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_Id",
                table: "CreditLot",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_PlanOrderId_ResellerId",
                table: "CreditLot",
                columns: new[] { "PlanOrderId", "ResellerId" },
                unique: true,
                filter: "[PlanOrderId] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_ResellerId_PlanOrderId",
                table: "CreditLot",
                columns: new[] { "ResellerId", "PlanOrderId" });

            migrationBuilder.CreateIndex(
                name: "IX_CreditedLine_ResellerId_CreditNoteId",
                table: "CreditedLine",
                columns: new[] { "ResellerId", "CreditNoteId" });

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_CustomerId_Name_ResellerId",
                table: "ConversionJob",
                columns: new[] { "CustomerId", "Name", "ResellerId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_Id",
                table: "ConversionJob",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_ResellerId_CustomerId",
                table: "ConversionJob",
                columns: new[] { "ResellerId", "CustomerId" });

            migrationBuilder.CreateIndex(
                name: "IX_BankTransaction_Id",
                table: "BankTransaction",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_Id",
                table: "ApiToken",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_SecretHash_ResellerId",
                table: "ApiToken",
                columns: new[] { "SecretHash", "ResellerId" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiToken_Customer_ResellerId_CustomerId",
                table: "ApiToken",
                columns: new[] { "ResellerId", "CustomerId" },
                principalTable: "Customer",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ConversionJob_Customer_ResellerId_CustomerId",
                table: "ConversionJob",
                columns: new[] { "ResellerId", "CustomerId" },
                principalTable: "Customer",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditedLine_CreditNote_ResellerId_CreditNoteId",
                table: "CreditedLine",
                columns: new[] { "ResellerId", "CreditNoteId" },
                principalTable: "CreditNote",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditLot_PlanOrder_ResellerId_PlanOrderId",
                table: "CreditLot",
                columns: new[] { "ResellerId", "PlanOrderId" },
                principalTable: "PlanOrder",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditNote_Invoice_ResellerId_InvoiceId",
                table: "CreditNote",
                columns: new[] { "ResellerId", "InvoiceId" },
                principalTable: "Invoice",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InvoiceCost_Invoice_ResellerId_InvoiceId",
                table: "InvoiceCost",
                columns: new[] { "ResellerId", "InvoiceId" },
                principalTable: "Invoice",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_InvoiceLine_Invoice_ResellerId_InvoiceId",
                table: "InvoiceLine",
                columns: new[] { "ResellerId", "InvoiceId" },
                principalTable: "Invoice",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_LotAdjustment_CreditLot_ResellerId_LotId",
                table: "LotAdjustment",
                columns: new[] { "ResellerId", "LotId" },
                principalTable: "CreditLot",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_SupportSession_Customer_ResellerId_CustomerId",
                table: "SupportSession",
                columns: new[] { "ResellerId", "CustomerId" },
                principalTable: "Customer",
                principalColumns: new[] { "ResellerId", "Id" },
                onDelete: ReferentialAction.Restrict);

            RefuseTruncation(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE [TruncationGuard]");

            migrationBuilder.DropForeignKey(
                name: "FK_ApiToken_Customer_ResellerId_CustomerId",
                table: "ApiToken");

            migrationBuilder.DropForeignKey(
                name: "FK_ConversionJob_Customer_ResellerId_CustomerId",
                table: "ConversionJob");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditedLine_CreditNote_ResellerId_CreditNoteId",
                table: "CreditedLine");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditLot_PlanOrder_ResellerId_PlanOrderId",
                table: "CreditLot");

            migrationBuilder.DropForeignKey(
                name: "FK_CreditNote_Invoice_ResellerId_InvoiceId",
                table: "CreditNote");

            migrationBuilder.DropForeignKey(
                name: "FK_InvoiceCost_Invoice_ResellerId_InvoiceId",
                table: "InvoiceCost");

            migrationBuilder.DropForeignKey(
                name: "FK_InvoiceLine_Invoice_ResellerId_InvoiceId",
                table: "InvoiceLine");

            migrationBuilder.DropForeignKey(
                name: "FK_LotAdjustment_CreditLot_ResellerId_LotId",
                table: "LotAdjustment");

            migrationBuilder.DropForeignKey(
                name: "FK_SupportSession_Customer_ResellerId_CustomerId",
                table: "SupportSession");

            migrationBuilder.DropPrimaryKey(
                name: "PK_UsageRollup",
                table: "UsageRollup");

            migrationBuilder.DropPrimaryKey(
                name: "PK_SupportSession",
                table: "SupportSession");

            migrationBuilder.DropIndex(
                name: "IX_SupportSession_Id",
                table: "SupportSession");

            migrationBuilder.DropIndex(
                name: "IX_SupportSession_ResellerId_CustomerId",
                table: "SupportSession");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Reservation",
                table: "Reservation");

            migrationBuilder.DropPrimaryKey(
                name: "PK_RateCard",
                table: "RateCard");

            migrationBuilder.DropIndex(
                name: "IX_RateCard_Id",
                table: "RateCard");

            migrationBuilder.DropPrimaryKey(
                name: "PK_PlanSubscription",
                table: "PlanSubscription");

            migrationBuilder.DropIndex(
                name: "IX_PlanSubscription_Id",
                table: "PlanSubscription");

            migrationBuilder.DropPrimaryKey(
                name: "PK_PlanOrder",
                table: "PlanOrder");

            migrationBuilder.DropIndex(
                name: "IX_PlanOrder_Id",
                table: "PlanOrder");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Payment",
                table: "Payment");

            migrationBuilder.DropIndex(
                name: "IX_Payment_Id",
                table: "Payment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_OrderPayment",
                table: "OrderPayment");

            migrationBuilder.DropIndex(
                name: "IX_OrderPayment_Id",
                table: "OrderPayment");

            migrationBuilder.DropIndex(
                name: "IX_OrderPayment_PlanOrderId_IdempotencyKey_ResellerId",
                table: "OrderPayment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LotDraw",
                table: "LotDraw");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LotAdjustment",
                table: "LotAdjustment");

            migrationBuilder.DropIndex(
                name: "IX_LotAdjustment_Id",
                table: "LotAdjustment");

            migrationBuilder.DropIndex(
                name: "IX_LotAdjustment_ResellerId_LotId",
                table: "LotAdjustment");

            migrationBuilder.DropPrimaryKey(
                name: "PK_LedgerEntry",
                table: "LedgerEntry");

            migrationBuilder.DropIndex(
                name: "IX_LedgerEntry_RequestId_ResellerId",
                table: "LedgerEntry");

            migrationBuilder.DropPrimaryKey(
                name: "PK_InvoiceLine",
                table: "InvoiceLine");

            migrationBuilder.DropPrimaryKey(
                name: "PK_InvoiceCost",
                table: "InvoiceCost");

            migrationBuilder.DropIndex(
                name: "IX_InvoiceCost_InvoiceId",
                table: "InvoiceCost");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Invoice",
                table: "Invoice");

            migrationBuilder.DropIndex(
                name: "IX_Invoice_CustomerId_PeriodStart_ResellerId",
                table: "Invoice");

            migrationBuilder.DropIndex(
                name: "IX_Invoice_Id",
                table: "Invoice");

            migrationBuilder.DropPrimaryKey(
                name: "PK_GatewayHost",
                table: "GatewayHost");

            migrationBuilder.DropIndex(
                name: "IX_GatewayHost_Id",
                table: "GatewayHost");

            migrationBuilder.DropPrimaryKey(
                name: "PK_DunningStep",
                table: "DunningStep");

            migrationBuilder.DropPrimaryKey(
                name: "PK_Customer",
                table: "Customer");

            migrationBuilder.DropIndex(
                name: "IX_Customer_Id",
                table: "Customer");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CurrencyRate",
                table: "CurrencyRate");

            migrationBuilder.DropIndex(
                name: "IX_CurrencyRate_Id",
                table: "CurrencyRate");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditNote",
                table: "CreditNote");

            migrationBuilder.DropIndex(
                name: "IX_CreditNote_Id",
                table: "CreditNote");

            migrationBuilder.DropIndex(
                name: "IX_CreditNote_ResellerId_InvoiceId",
                table: "CreditNote");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditLot",
                table: "CreditLot");

            migrationBuilder.DropIndex(
                name: "IX_CreditLot_Id",
                table: "CreditLot");

            migrationBuilder.DropIndex(
                name: "IX_CreditLot_PlanOrderId_ResellerId",
                table: "CreditLot");

            migrationBuilder.DropIndex(
                name: "IX_CreditLot_ResellerId_PlanOrderId",
                table: "CreditLot");

            migrationBuilder.DropPrimaryKey(
                name: "PK_CreditedLine",
                table: "CreditedLine");

            migrationBuilder.DropIndex(
                name: "IX_CreditedLine_ResellerId_CreditNoteId",
                table: "CreditedLine");

            migrationBuilder.DropPrimaryKey(
                name: "PK_ConversionJob",
                table: "ConversionJob");

            migrationBuilder.DropIndex(
                name: "IX_ConversionJob_CustomerId_Name_ResellerId",
                table: "ConversionJob");

            migrationBuilder.DropIndex(
                name: "IX_ConversionJob_Id",
                table: "ConversionJob");

            migrationBuilder.DropIndex(
                name: "IX_ConversionJob_ResellerId_CustomerId",
                table: "ConversionJob");

            migrationBuilder.DropPrimaryKey(
                name: "PK_BankTransaction",
                table: "BankTransaction");

            migrationBuilder.DropIndex(
                name: "IX_BankTransaction_Id",
                table: "BankTransaction");

            migrationBuilder.DropPrimaryKey(
                name: "PK_BalanceTransaction",
                table: "BalanceTransaction");

            migrationBuilder.DropPrimaryKey(
                name: "PK_AuditEntry",
                table: "AuditEntry");

            migrationBuilder.DropPrimaryKey(
                name: "PK_ApiToken",
                table: "ApiToken");

            migrationBuilder.DropIndex(
                name: "IX_ApiToken_Id",
                table: "ApiToken");

            migrationBuilder.DropIndex(
                name: "IX_ApiToken_SecretHash_ResellerId",
                table: "ApiToken");

            migrationBuilder.AlterColumn<string>(
                name: "Parts",
                table: "Reservation",
                type: "nvarchar(4000)",
                maxLength: 4000,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(max)",
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AddPrimaryKey(
                name: "PK_UsageRollup",
                table: "UsageRollup",
                columns: new[] { "CustomerId", "Day", "TokenId", "Converter", "UnitCostMicros" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_SupportSession",
                table: "SupportSession",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_Reservation",
                table: "Reservation",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_RateCard",
                table: "RateCard",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_PlanSubscription",
                table: "PlanSubscription",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_PlanOrder",
                table: "PlanOrder",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_Payment",
                table: "Payment",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_OrderPayment",
                table: "OrderPayment",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_LotDraw",
                table: "LotDraw",
                columns: new[] { "CustomerId", "Sequence", "LotId" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_LotAdjustment",
                table: "LotAdjustment",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_LedgerEntry",
                table: "LedgerEntry",
                columns: new[] { "CustomerId", "Sequence" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_InvoiceLine",
                table: "InvoiceLine",
                columns: new[] { "InvoiceId", "Position" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_InvoiceCost",
                table: "InvoiceCost",
                column: "InvoiceId");

            migrationBuilder.AddPrimaryKey(
                name: "PK_Invoice",
                table: "Invoice",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_GatewayHost",
                table: "GatewayHost",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_DunningStep",
                table: "DunningStep",
                columns: new[] { "InvoiceId", "Number" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_Customer",
                table: "Customer",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CurrencyRate",
                table: "CurrencyRate",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditNote",
                table: "CreditNote",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditLot",
                table: "CreditLot",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_CreditedLine",
                table: "CreditedLine",
                columns: new[] { "InvoiceId", "Position" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_ConversionJob",
                table: "ConversionJob",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_BankTransaction",
                table: "BankTransaction",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_BalanceTransaction",
                table: "BalanceTransaction",
                columns: new[] { "CustomerId", "Sequence" });

            migrationBuilder.AddPrimaryKey(
                name: "PK_AuditEntry",
                table: "AuditEntry",
                column: "Id");

            migrationBuilder.AddPrimaryKey(
                name: "PK_ApiToken",
                table: "ApiToken",
                column: "Id");

            migrationBuilder.CreateIndex(
                name: "IX_OrderPayment_PlanOrderId_IdempotencyKey",
                table: "OrderPayment",
                columns: new[] { "PlanOrderId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_LedgerEntry_RequestId",
                table: "LedgerEntry",
                column: "RequestId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice",
                columns: new[] { "CustomerId", "PeriodStart" },
                unique: true,
                filter: "\"VoidedAtUtc\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_CreditLot_PlanOrderId",
                table: "CreditLot",
                column: "PlanOrderId",
                unique: true,
                filter: "[PlanOrderId] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_CreditedLine_CreditNoteId",
                table: "CreditedLine",
                column: "CreditNoteId");

            migrationBuilder.CreateIndex(
                name: "IX_ConversionJob_CustomerId_Name",
                table: "ConversionJob",
                columns: new[] { "CustomerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_CustomerId",
                table: "ApiToken",
                column: "CustomerId");

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_SecretHash",
                table: "ApiToken",
                column: "SecretHash",
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_ApiToken_Customer_CustomerId",
                table: "ApiToken",
                column: "CustomerId",
                principalTable: "Customer",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_ConversionJob_Customer_CustomerId",
                table: "ConversionJob",
                column: "CustomerId",
                principalTable: "Customer",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditedLine_CreditNote_CreditNoteId",
                table: "CreditedLine",
                column: "CreditNoteId",
                principalTable: "CreditNote",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditLot_PlanOrder_PlanOrderId",
                table: "CreditLot",
                column: "PlanOrderId",
                principalTable: "PlanOrder",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_CreditNote_Invoice_InvoiceId",
                table: "CreditNote",
                column: "InvoiceId",
                principalTable: "Invoice",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_InvoiceCost_Invoice_InvoiceId",
                table: "InvoiceCost",
                column: "InvoiceId",
                principalTable: "Invoice",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_InvoiceLine_Invoice_InvoiceId",
                table: "InvoiceLine",
                column: "InvoiceId",
                principalTable: "Invoice",
                principalColumn: "Id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "FK_LotAdjustment_CreditLot_LotId",
                table: "LotAdjustment",
                column: "LotId",
                principalTable: "CreditLot",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_OutboxEmail_Invoice_InvoiceId",
                table: "OutboxEmail",
                column: "InvoiceId",
                principalTable: "Invoice",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.AddForeignKey(
                name: "FK_SupportSession_Customer_CustomerId",
                table: "SupportSession",
                column: "CustomerId",
                principalTable: "Customer",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);

            BinaryCollation.RefuseTruncation(migrationBuilder);
        }
    }
}
