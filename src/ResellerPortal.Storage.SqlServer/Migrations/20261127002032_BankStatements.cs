using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class BankStatements : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BankTransaction",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Account = table.Column<string>(type: "nvarchar(34)", maxLength: 34, nullable: false),
                    BookedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false),
                    Counterparty = table.Column<string>(type: "nvarchar(140)", maxLength: 140, nullable: false),
                    CounterpartyIban = table.Column<string>(type: "nvarchar(34)", maxLength: 34, nullable: false),
                    Reference = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    ImportedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    ImportKey = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    State = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    RecordedAs = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BankTransaction", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_BankTransaction_ResellerId_ImportKey",
                table: "BankTransaction",
                columns: new[] { "ResellerId", "ImportKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_BankTransaction_ResellerId_State_BookedOn",
                table: "BankTransaction",
                columns: new[] { "ResellerId", "State", "BookedOn" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BankTransaction");
        }
    }
}
