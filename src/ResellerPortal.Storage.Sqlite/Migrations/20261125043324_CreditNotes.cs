using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class CreditNotes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CreditedMinorUnits",
                table: "Invoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "WrittenOffMinorUnits",
                table: "Invoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "CreditNote",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    InvoiceId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Number = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    IssuedOn = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    Currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    NetMinorUnits = table.Column<long>(type: "INTEGER", nullable: false),
                    TaxMinorUnits = table.Column<long>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    Snapshot = table.Column<string>(type: "TEXT", nullable: false)
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
                name: "CreditedLine",
                columns: table => new
                {
                    InvoiceId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false),
                    CreditNoteId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: false)
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

            migrationBuilder.CreateIndex(
                name: "IX_CreditedLine_CreditNoteId",
                table: "CreditedLine",
                column: "CreditNoteId");

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_InvoiceId",
                table: "CreditNote",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_CreditNote_ResellerId_Number",
                table: "CreditNote",
                columns: new[] { "ResellerId", "Number" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CreditedLine");

            migrationBuilder.DropTable(
                name: "CreditNote");

            migrationBuilder.DropColumn(
                name: "CreditedMinorUnits",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "WrittenOffMinorUnits",
                table: "Invoice");
        }
    }
}
