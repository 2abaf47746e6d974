using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class VoidInvoices : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice");

            migrationBuilder.AddColumn<long>(
                name: "VoidedAtUtc",
                table: "Invoice",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice",
                columns: new[] { "CustomerId", "PeriodStart" },
                unique: true,
                filter: "\"VoidedAtUtc\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "VoidedAtUtc",
                table: "Invoice");

            migrationBuilder.CreateIndex(
                name: "IX_Invoice_CustomerId_PeriodStart",
                table: "Invoice",
                columns: new[] { "CustomerId", "PeriodStart" },
                unique: true);
        }
    }
}
