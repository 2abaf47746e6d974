using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class GatewayHosts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "GatewayHost",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    HostName = table.Column<string>(type: "TEXT", maxLength: 230, nullable: false),
                    VerifiedHostName = table.Column<string>(type: "TEXT", maxLength: 230, nullable: true),
                    VerificationValue = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    VerifiedAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    CheckedAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    TextState = table.Column<string>(type: "TEXT", maxLength: 12, nullable: false),
                    AddressState = table.Column<string>(type: "TEXT", maxLength: 12, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GatewayHost", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_GatewayHost_ResellerId",
                table: "GatewayHost",
                column: "ResellerId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_GatewayHost_VerifiedHostName",
                table: "GatewayHost",
                column: "VerifiedHostName",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "GatewayHost");
        }
    }
}
