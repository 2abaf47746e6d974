using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class LettersAndReminders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "MailsDocumentsSinceUtc",
                table: "Reseller",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LateFeeMinorUnits",
                table: "Invoice",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "RemindersHeldAtUtc",
                table: "Invoice",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PausedAtUtc",
                table: "Customer",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "IssuedAtUtc",
                table: "CreditNote",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "PausedAtUtc",
                table: "ApiToken",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Delivery",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    DocumentId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    Round = table.Column<int>(type: "int", nullable: false),
                    To = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    QueuedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Attempts = table.Column<int>(type: "int", nullable: false),
                    SentAtUtc = table.Column<long>(type: "bigint", nullable: true),
                    Fault = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true)
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
                name: "DunningPolicy",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    IsOn = table.Column<bool>(type: "bit", nullable: false),
                    Steps = table.Column<string>(type: "nvarchar(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningPolicy", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "DunningStep",
                columns: table => new
                {
                    InvoiceId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Number = table.Column<int>(type: "int", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    TakenAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    FeeMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    PausesTokens = table.Column<bool>(type: "bit", nullable: false),
                    LiftedAtUtc = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningStep", x => new { x.InvoiceId, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "LetterTemplate",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    Language = table.Column<string>(type: "nvarchar(2)", maxLength: 2, nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LetterTemplate", x => new { x.ResellerId, x.Kind, x.Language });
                });

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Delivery");

            migrationBuilder.DropTable(
                name: "DunningPolicy");

            migrationBuilder.DropTable(
                name: "DunningStep");

            migrationBuilder.DropTable(
                name: "LetterTemplate");

            migrationBuilder.DropColumn(
                name: "MailsDocumentsSinceUtc",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "LateFeeMinorUnits",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "RemindersHeldAtUtc",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "PausedAtUtc",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "IssuedAtUtc",
                table: "CreditNote");

            migrationBuilder.DropColumn(
                name: "PausedAtUtc",
                table: "ApiToken");
        }
    }
}
