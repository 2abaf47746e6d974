using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Gateway : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "AcceptsQueryCredentials",
                table: "Reseller",
                type: "INTEGER",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<string>(
                name: "ProtectedUpstreamSecret",
                table: "Reseller",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "UpstreamRegion",
                table: "Reseller",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "AllowedOrigins",
                table: "ApiToken",
                type: "TEXT",
                maxLength: 4000,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "IsMaster",
                table: "ApiToken",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "ConversionJob",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    WebHook = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    State = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    WebHookDueAtUtc = table.Column<long>(type: "INTEGER", nullable: true),
                    WebHookAttempts = table.Column<int>(type: "INTEGER", nullable: false)
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ConversionJob");

            migrationBuilder.DropColumn(
                name: "AcceptsQueryCredentials",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "ProtectedUpstreamSecret",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "UpstreamRegion",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "AllowedOrigins",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "IsMaster",
                table: "ApiToken");
        }
    }
}
