using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
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
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "LateFeeMinorUnits",
                table: "Invoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "RemindersHeldAtUtc",
                table: "Invoice",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PausedAtUtc",
                table: "Customer",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "IssuedAtUtc",
                table: "CreditNote",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "PausedAtUtc",
                table: "ApiToken",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Delivery",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    InvoiceId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    DocumentId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Round = table.Column<int>(type: "INTEGER", nullable: false),
                    To = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    Subject = table.Column<string>(type: "TEXT", maxLength: 400, nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: false),
                    QueuedAtUtc = table.Column<long>(type: "INTEGER", nullable: false),
                    NextAttemptAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    SentAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    Fault = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true)
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
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    IsOn = table.Column<bool>(type: "INTEGER", nullable: false),
                    Steps = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningPolicy", x => x.ResellerId);
                });

            migrationBuilder.CreateTable(
                name: "DunningStep",
                columns: table => new
                {
                    InvoiceId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    TakenAtUtc = table.Column<long>(type: "INTEGER", nullable: false),
                    FeeMinorUnits = table.Column<long>(type: "INTEGER", nullable: false),
                    PausesTokens = table.Column<bool>(type: "INTEGER", nullable: false),
                    LiftedAtUtc = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DunningStep", x => new { x.InvoiceId, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "LetterTemplate",
                columns: table => new
                {
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Language = table.Column<string>(type: "TEXT", maxLength: 2, nullable: false),
                    Subject = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Text = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
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
